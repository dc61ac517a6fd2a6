/** A problem that the user can solve: the cause and the remedy. */
export class SetupProblem extends Error {
  constructor(sentence, remedy) {
    super(sentence);
    this.remedy = remedy;
  }
}

const KNOWN = [
  {
    signs: /ENOSPC|No space left on device/i,
    sentence: 'The disk is full.',
    remedy:
      'Free some space (a complete set-up takes about 3 GB) and run the command again; it continues where it stopped.',
  },
  {
    signs: /DO NOT MATCH THE HASHES|EINTEGRITY|sha256 of .* is/i,
    sentence: 'A downloaded package is not the one the lock file names (its hash differs).',
    remedy:
      'Run the command again. If it happens twice, a proxy or mirror is changing downloads: do not continue; point npm, pip or MAVEN_REPOSITORY to another one.',
  },
  {
    signs: /CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY_LEAF/i,
    sentence: 'A package registry answered with a certificate that this machine does not trust.',
    remedy:
      "Behind a company proxy, set NODE_EXTRA_CA_CERTS, PIP_CERT and SSL_CERT_FILE to the company's certificate file.",
  },
  {
    signs:
      /HTTP (Error )?407|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|Failed to establish a new connection|ConnectTimeoutError|ReadTimeoutError|NewConnectionError|urlopen error|ProxyError|Temporary failure in name resolution/i,
    sentence: 'A package registry could not be reached.',
    remedy:
      'The first set-up needs the network: check the connection, and behind a proxy set HTTPS_PROXY (mirrors: npm and pip configuration, MAVEN_REPOSITORY). Then run the command again.',
  },
  {
    signs: /HTTP 404/,
    sentence: 'The Maven repository does not have a jar that the lock names.',
    remedy: "Let MAVEN_REPOSITORY name a complete mirror of Maven Central, or unset it to use Maven's default.",
  },
  {
    // This is pip's only message when the index refuses the connection.
    signs: /No matching distribution found/,
    sentence:
      'pip found no file of a locked package: its index is unreachable or incomplete, or there is none for this machine.',
    remedy:
      'Check the connection and the index that "pip config list" and PIP_INDEX_URL name, and run the command again.',
  },
  {
    signs: /npm ci.*can only install packages when your package\.json and package-lock\.json/is,
    sentence: 'package.json and package-lock.json disagree.',
    remedy: 'Run "npm install" once to bring the lock up to date, and commit both files.',
  },
];

/** The problem behind a failed command, recognised from its output; names the log when nothing is recognised. */
export function explain(command, output, logFile) {
  const known = KNOWN.find(({ signs }) => signs.test(output));
  if (known) return new SetupProblem(known.sentence, `${known.remedy}\nFull output: ${logFile}`);
  const lastLines = output.trim().split('\n').slice(-5).join('\n');
  return new SetupProblem(
    `"${command}" failed:\n${lastLines}`,
    `Read ${logFile}, remove the cause and run the command again.`,
  );
}
