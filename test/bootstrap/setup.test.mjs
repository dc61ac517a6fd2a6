import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, test } from 'node:test';
import { ROOT } from '../../scripts/bootstrap/paths.mjs';
import { SetupProblem } from '../../scripts/bootstrap/problem.mjs';
import { bringUpToDate } from '../../scripts/bootstrap/setup.mjs';

let folder, made, printed;
const stream = new Writable({
  write(chunk, _encoding, done) {
    printed += chunk;
    done();
  },
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  made = 0;
  printed = '';
  writeFileSync(join(folder, 'input'), 'one');
});
afterEach(() => rmSync(folder, { recursive: true }));

const step = (overrides = {}) => ({
  name: 'A step',
  files: [join(folder, 'input')],
  facts: () => ['linux-x64'],
  makes: () => [join(folder, 'output')],
  make() {
    made += 1;
    writeFileSync(join(folder, 'output'), '');
  },
  ...overrides,
});
const bringUp = (...steps) => bringUpToDate(steps, folder, stream);

test('a second run does nothing and says nothing', async () => {
  await bringUp(step());
  assert.match(printed, /^A step \.\.\. ok \(\d+\.\d s\)\n$/);
  printed = '';
  await bringUp(step());
  assert.equal(made, 1);
  assert.equal(printed, '');
});

test('a step that has done less than it can says so, on a terminal or not', async () => {
  const modest = step();
  await bringUp({ ...modest, make: () => (modest.make(), 'goes on without: no room') });
  assert.match(printed, /^A step \.\.\. goes on without: no room \(\d+\.\d s\)\n$/);
});

test('a changed lock file, a changed machine and a missing result each bring the step back', async () => {
  await bringUp(step());
  writeFileSync(join(folder, 'input'), 'two');
  await bringUp(step());
  assert.equal(made, 2);
  await bringUp(step({ facts: () => ['darwin-arm64'] }));
  assert.equal(made, 3);
  rmSync(join(folder, 'output'));
  await bringUp(step({ facts: () => ['darwin-arm64'] }));
  assert.equal(made, 4);
});

test('a step that failed is tried again, the ones before it are not', async () => {
  const fails = step({
    name: 'Another',
    make: () => Promise.reject(new SetupProblem('No.', 'Try again.')),
  });
  await assert.rejects(bringUp(step(), fails), { message: 'No.' });
  assert.match(printed, /Another \.\.\. failed/);
  await bringUp(step(), step({ name: 'Another' }));
  assert.equal(made, 2);
});

test('a step that needs no other is done though one beside it fails, and what needs the failed one is not begun', async () => {
  const events = [];
  const long = (name, more = {}) =>
    step({
      name,
      makes: () => [],
      async make() {
        events.push(`${name} begins`);
        await sleep(20);
        events.push(`${name} ends`);
        if (more.fails) throw new SetupProblem('No.', 'Try again.');
      },
      ...more,
    });
  await assert.rejects(
    bringUp(long('one', { fails: true }), long('apart', { needs: [] }), long('two', { needs: ['one'] })),
    {
      message: 'No.',
    },
  );
  assert.deepEqual(events.slice(0, 2).toSorted(), ['apart begins', 'one begins']);
  assert.deepEqual(events.slice(2).toSorted(), ['apart ends', 'one ends']);
  assert.match(printed, /^apart \.\.\. ok \(\d\.\d s\)$/m);
  assert.match(printed, /^one \.\.\. failed/m);
});

test('every check comes before the first download', async () => {
  const refuses = step({
    name: 'Another',
    check() {
      throw new SetupProblem('No Python.', 'Install it.');
    },
  });
  await assert.rejects(bringUp(step(), refuses), { message: 'No Python.' });
  assert.equal(made, 0);
});

test('the lock of a set-up that was killed is taken over, and given back', { timeout: 10_000 }, async () => {
  const dead = spawnSync(process.execPath, ['-e', '0']).pid;
  writeFileSync(join(folder, 'lock'), String(dead));
  await bringUp(step());
  assert.equal(made, 1);
  assert.ok(!existsSync(join(folder, 'lock')));
});

test('two set-ups at once make a step once', async () => {
  await Promise.all([bringUp(step()), bringUp(step())]);
  assert.equal(made, 1);
});

test('an old Node gets a sentence, not a stack', () => {
  const old = `Object.defineProperty(process.versions, 'node', { value: '18.20.4' });`;
  const result = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(old)}`, join(ROOT, 'scripts/bootstrap/bootstrap.mjs')],
    // An empty PATH stops a broken check here too, before it sets up a clone.
    { encoding: 'utf8', env: { PATH: '' } },
  );
  assert.equal(result.status, 1);
  assert.match(result.stderr, /^Node\.js 20 or newer is needed; .*\nInstall a current release/);
});

test('the locks name hashes and no registry', () => {
  const npm = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  for (const [path, { integrity, inBundle, resolved }] of Object.entries(npm.packages)) {
    if (path === '') continue;
    assert.ok(integrity ?? inBundle, `${path} has no hash`);
    assert.equal(resolved, undefined, `${path} names a registry`);
  }
  const locks = [
    ...['build', 'no-deps', 'jre'].map((name) => `scripts/bootstrap/locks/${name}.txt`),
    'datasets/nyc-flights/raw.txt',
  ];
  for (const lock of ['requirements.txt', ...locks]) {
    const text = readFileSync(join(ROOT, lock), 'utf8');
    assert.doesNotMatch(text, /:\/\/|--(extra-)?index-url|--find-links/, lock);
    for (const [pin] of text.matchAll(/^[\w-]+==.*\\\n(?! +--hash=sha256:)/gm)) assert.fail(`${lock}: ${pin} no hash`);
    for (const [line] of text.matchAll(/^[\w-].*[^\\]$/gm)) assert.fail(`${lock}: ${line} has no hash`);
  }
  for (const { path, sha256 } of JSON.parse(readFileSync(join(ROOT, 'scripts/bootstrap/locks/jars.json'))).jars) {
    assert.match(sha256, /^[0-9a-f]{64}$/, path);
  }
});
