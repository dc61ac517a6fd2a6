/** docs/ci.md, followed in a fork: it pins a configuration, merges a new version of the kit and sees its own differences. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyOfRepository, git } from '../../../scripts/shared/copy';
import { thorough } from '../../support/thorough';

const root = join(__dirname, '../../..');
const page = readFileSync(join(root, 'docs/ci.md'), 'utf8');
const [pin, merge, compare] = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, text]) => text!);
const [, entry] = /```ts\n([^]*?)```/.exec(page)!;

const who = { name: 'test', email: 'test@example.com' };
const env = {
  ...process.env,
  ...{ GIT_AUTHOR_NAME: who.name, GIT_AUTHOR_EMAIL: who.email, GIT_COMMITTER_NAME: who.name },
  GIT_COMMITTER_EMAIL: who.email,
};
let kit: string;
let fork: string;

const commit = (folder: string, message: string) => {
  git(folder, 'add', '-A');
  execFileSync('git', ['-C', folder, 'commit', '-qm', message], { env });
};
const edit = (folder: string, file: string, from: string, to: string) => {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(path, text.replace(from, to));
};
/** The lines of a block, one after another, whatever each ends with, as in a terminal. */
function shell(folder: string, lines: string) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', lines], { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

beforeAll(() => {
  kit = copyOfRepository();
  for (const link of ['node_modules', '.toolchain']) rmSync(join(kit, link));
  git(kit, 'init', '-qb', 'main');
  commit(kit, 'the kit');
  fork = join(mkdtempSync(join(tmpdir(), 'fork-')), 'fork');
  execFileSync('git', ['clone', '-q', '-o', 'kit', kit, fork]);
  for (const folder of [kit, fork]) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    // The ignored folder of packages is a link here.
    writeFileSync(join(folder, '.git/info/exclude'), 'node_modules\n');
  }
}, 120_000);
afterAll(() => [kit, join(fork, '..')].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

thorough('a fork pins its configuration with a line', () => {
  edit(fork, 'scripts/templates/variants.ts', "of: 'standard' },\n};", `of: 'standard' },\n${entry}};`);
  expect(shell(fork, pin!)).toMatchObject({ status: 0 });
  const pinned = JSON.parse(readFileSync(join(fork, 'templates/ours/serving-model.diff.json'), 'utf8'));
  expect(pinned).toEqual({ of: 'standard', changed: { '/Resources/Scaling/Properties/MaxCapacity': 8 } });
  expect(git(fork, 'status', '--porcelain')).toEqual([]);
}, 120_000);

thorough('it merges a new version of the kit, and sees its own differences alone', () => {
  // Lines of the template beside each other: git cannot merge the files.
  edit(fork, 'lib/etl/feature-job.ts', 'timeout: config.timeoutMinutes,', 'timeout: 45,');
  edit(kit, 'lib/etl/feature-job.ts', "workerType: 'G.1X',", "workerType: 'G.2X',");
  for (const folder of [fork, kit]) {
    expect(shell(folder, 'npm run --silent templates -- --update')).toMatchObject({ status: 0 });
    commit(folder, 'a change');
  }
  const merged = shell(fork, merge!);
  expect(merged).toMatchObject({ status: 0 });
  expect(merged.stdout).toContain('CONFLICT (content): Merge conflict in templates/sandbox/etl.template.json');
  expect(git(fork, 'status', '--porcelain')).toEqual([]);

  const { status, stdout } = shell(fork, compare!);
  expect(status).toBe(0);
  expect(stdout).toContain('Timeout 30 → 45');
  expect(stdout).not.toContain('G.2X');
  expect(readFileSync(join(fork, 'templates/sandbox/etl.template.json'), 'utf8')).toContain('"WorkerType": "G.2X"');
}, 300_000);
