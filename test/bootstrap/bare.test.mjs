import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { makeBare } from '../../scripts/bootstrap/bare.mjs';

let machine, toolchain;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'bare-'));
  toolchain = join(machine, '.toolchain');
  for (const folder of ['bin', 'jdk/bin', 'sbin', 'home', '.toolchain'])
    mkdirSync(join(machine, folder), { recursive: true });
  for (const program of ['bin/java', 'bin/tool', 'jdk/bin/java', 'sbin/other']) {
    writeFileSync(join(machine, program), `#!/bin/sh\necho ${program}\n`);
    chmodSync(join(machine, program), 0o755);
  }
});
afterEach(() => rmSync(machine, { recursive: true }));

const path = (...folders) => folders.map((folder) => join(machine, folder)).join(delimiter);

function bare(given = {}) {
  const env = { PATH: path('jdk/bin', 'bin', 'sbin'), HOME: join(machine, 'home'), KIT_BARE: '1', ...given };
  makeBare(env, toolchain);
  return env;
}
const ask = (program, env) => spawnSync('/bin/sh', ['-c', program], { env, encoding: 'utf8' });

test('no folder on PATH offers a Java, and everything beside it is still there', () => {
  const env = bare();
  assert.notEqual(ask('java', env).status, 0);
  assert.equal(ask('tool', env).stdout, 'bin/tool\n');
  assert.equal(ask('other', env).stdout, 'sbin/other\n');
});

test('JAVA_HOME is gone, and what leads back to the real HOME', () => {
  const env = bare({ JAVA_HOME: join(machine, 'jdk'), XDG_CONFIG_HOME: join(machine, 'home/.config'), LANG: 'C' });
  assert.deepEqual(Object.keys(env).sort(), ['HOME', 'LANG', 'PATH']);
});

test('HOME is empty each time', () => {
  const { HOME } = bare();
  assert.notEqual(HOME, join(machine, 'home'));
  writeFileSync(join(HOME, 'left'), '');
  assert.deepEqual(readdirSync(bare().HOME), []);
});

test('pip keeps the index that is configured below the real HOME', () => {
  const settings = join(machine, 'home/.config/pip/pip.conf');
  mkdirSync(join(settings, '..'), { recursive: true });
  writeFileSync(settings, '[global]\n');
  assert.equal(bare().PIP_CONFIG_FILE, settings);
  assert.equal(bare({ PIP_CONFIG_FILE: '/given' }).PIP_CONFIG_FILE, '/given');
});

test("the machine's Java that an earlier set-up found is looked for again, the set-up's own is kept", () => {
  const link = join(toolchain, 'java');
  const stamp = join(toolchain, 'stamps/java-17');
  mkdirSync(join(toolchain, 'stamps'));
  for (const [home, kept] of [
    ['jdk', false],
    ['.toolchain/python/jre', true],
  ]) {
    writeFileSync(stamp, '');
    rmSync(link, { force: true });
    mkdirSync(join(machine, home), { recursive: true });
    symlinkSync(join(machine, home), link);
    bare();
    assert.equal(existsSync(stamp), kept, home);
  }
});
