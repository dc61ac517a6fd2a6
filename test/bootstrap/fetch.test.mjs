import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { ROOT } from '../../scripts/bootstrap/paths.mjs';
import { findPython } from '../../scripts/bootstrap/probes.mjs';

const BODY = 'a jar';
let server, folder, requests;

before(() => {
  server = createServer(({ url }, response) => {
    requests.push(url);
    response.statusCode = url === '/maven2/org/a/1/a-1.jar' ? 200 : 404;
    response.end(BODY);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fetch-'));
  requests = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

async function fetchJars(jars) {
  const lock = join(folder, 'jars.json');
  writeFileSync(lock, JSON.stringify({ jars }));
  const child = spawn(findPython(), [join(ROOT, 'scripts/bootstrap/fetch.py'), 'jars', lock, join(folder, 'jars')], {
    env: { ...process.env, MAVEN_REPOSITORY: `http://127.0.0.1:${server.address().port}/maven2/`, no_proxy: '*' },
  });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, errors };
}

const jar = { path: 'org/a/1/a-1.jar', sha256: createHash('sha256').update(BODY).digest('hex') };

test('a jar with the right hash is kept, not asked for twice, and leftovers go', async () => {
  assert.equal((await fetchJars([jar])).code, 0);
  assert.equal(readFileSync(join(folder, 'jars/a-1.jar'), 'utf8'), BODY);
  writeFileSync(join(folder, 'jars/b-2.jar'), 'of an older lock');
  assert.equal((await fetchJars([jar])).code, 0);
  assert.deepEqual(requests, ['/maven2/org/a/1/a-1.jar']);
  assert.ok(!existsSync(join(folder, 'jars/b-2.jar')));
});

test('a damaged jar is fetched again', async () => {
  await fetchJars([jar]);
  writeFileSync(join(folder, 'jars/a-1.jar'), 'half');
  await fetchJars([jar]);
  assert.equal(readFileSync(join(folder, 'jars/a-1.jar'), 'utf8'), BODY);
});

test('another hash is refused and nothing is kept', async () => {
  const { code, errors } = await fetchJars([{ ...jar, sha256: '0'.repeat(64) }]);
  assert.equal(code, 1);
  assert.match(errors, /^sha256 of .*a-1\.jar is [0-9a-f]{64}, expected 0{64}/);
  assert.ok(!existsSync(join(folder, 'jars/a-1.jar')));
});

test('a missing jar is asked for once', async () => {
  const { code, errors } = await fetchJars([{ ...jar, path: 'org/b/1/b-1.jar' }]);
  assert.equal(code, 1);
  assert.match(errors, /b-1\.jar: HTTP 404/);
  assert.equal(requests.length, 1);
});
