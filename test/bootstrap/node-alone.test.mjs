import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from '../../scripts/bootstrap/paths.mjs';

// `npm ci && npx cdk deploy --all` needs Node alone: the app is synthesized in a clone that was never set up.

// What the app is made of; the rehearsal's cache of assemblies is keyed by the same.
const APP = [
  'bin',
  'lib',
  'lambda',
  'jobs',
  'schema',
  'datasets',
  'cdk.json',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
  // cdk.json runs it before the app.
  'scripts/local/guard.cjs',
];
// npm and the CDK start what they run through a shell.
const PROGRAMS = ['node', 'npx', 'sh', 'bash'];

let clone, path;

before(() => {
  clone = mkdtempSync(join(tmpdir(), 'node-alone-'));
  path = join(clone, 'path');
  mkdirSync(path);
  mkdirSync(join(clone, 'home'));
  const folders = [dirname(process.execPath), ...process.env.PATH.split(delimiter)];
  for (const name of PROGRAMS) {
    const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
    assert.ok(found, `${name} is not on PATH`);
    symlinkSync(found, join(path, name));
  }
  for (const name of APP) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
});
after(() => rmSync(clone, { recursive: true }));

/** `npx cdk synth` with nothing but Node and a shell on PATH, and an empty HOME. */
const synth = () =>
  spawnSync('npx', ['--no-install', 'cdk', 'synth', '--quiet', '--no-notices', '--no-validation'], {
    cwd: clone,
    encoding: 'utf8',
    env: {
      PATH: path,
      HOME: join(clone, 'home'),
      CI: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      npm_config_offline: 'true',
    },
  });

test('the app is synthesized where there is no Python and no Java', () => {
  const { status, stderr } = synth();
  assert.equal(status, 0, stderr);
  assert.ok(existsSync(join(clone, 'cdk.out/manifest.json')));
});

test('and it would not be if synthesizing called Python', () => {
  const app = join(clone, 'bin/app.ts');
  const source = readFileSync(app, 'utf8');
  const call = "require('node:child_process').execFileSync('python3', ['--version']);";
  writeFileSync(app, source.replace('\n', `\n${call}\n`));
  const { status, stderr } = synth();
  assert.notEqual(status, 0);
  assert.match(stderr, /spawnSync python3 ENOENT/);
});
