/** The README, followed in a folder where nothing of this repository is but the helper. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const helper = join(__dirname, '..');
const nodeModules = join(helper, '../../node_modules');
const [, program] = /```ts templates\.ts\n([^]*?)```/.exec(readFileSync(join(helper, 'README.md'), 'utf8'))!;

let folder: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args], {
    cwd: folder,
  });
function command(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(nodeModules, '.bin/ts-node'), ['templates.ts', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
const edit = (file: string, from: string, to: string) => {
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, file), text.replace(from, to));
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'toy-'));
  for (const file of readdirSync(helper).filter((name) => name.endsWith('.ts')))
    cpSync(join(helper, file), join(folder, 'testing/template-files', file));
  cpSync(join(__dirname, 'toy-app.ts'), join(folder, 'app.ts'));
  writeFileSync(join(folder, 'templates.ts'), program!);
  const compilerOptions = { module: 'node16', target: 'es2022', strict: true, esModuleInterop: true };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, 'ts-node': { swc: true } }));
  writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
  symlinkSync(nodeModules, join(folder, 'node_modules'));
  git('init', '-qb', 'main');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('fifteen lines are enough for any app', () => {
  expect(program!.trim().split('\n').length).toBeLessThanOrEqual(15);
});

test('files are written, checked, and missing, changed and orphaned ones refused', () => {
  expect(command()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('templates/dev/photo-album.template.json: is missing'),
  });
  expect(command('--update')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: expect.stringContaining('wrote templates/prod/photo-album.diff.json'),
  });
  expect(command()).toEqual({ status: 0, stdout: '', stderr: 'templates: 4 files are what the app synthesizes\n' });
  git('add', '-A');
  git('commit', '-qm', 'app');

  writeFileSync(join(folder, 'templates/dev/gone.template.json'), '{ "Resources": {} }\n');
  edit('templates/dev/photo-album.intake.asl.json', '"TimeoutSeconds": 60', '"TimeoutSeconds": 90');
  const { status, stdout, stderr } = command();
  expect(status).toBe(1);
  expect(stderr).toContain('templates/dev/gone.template.json: belongs to no stack');
  expect(stderr).toContain('templates/dev/photo-album.intake.asl.json: differs');
  expect(stdout).toContain('[~] AWS::StepFunctions::StateMachine IntakeMachine');
  expect(stdout).toMatch(
    /Changed photo-album\/IntakeMachine\w+: AWS::StepFunctions::StateMachine Resize.TimeoutSeconds 90 → 60/,
  );

  expect(command('--update', 'album')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('there is no stack "album"; there are photo-album, backup'),
  });
  expect(command('--update', 'photo-album').stderr).not.toContain('gone');
  expect(command('--update').stderr).toContain('deleted templates/dev/gone.template.json');
  expect(command().status).toBe(0);
}, 240_000);

test('a branch is compared with where it left main, and a loss needs a row', () => {
  git('checkout', '-qb', 'versions');
  edit('app.ts', `'Photos', {`, `'Pictures', {`);
  const first = command('--base', 'main', '--update', '--format', 'markdown');
  expect(first.status).toBe(1);
  expect(first.stdout).toMatch(/^<!-- template-files -->\n### Templates: `photo-album`\n/);
  expect(first.stdout).toContain('becomes Pictures');
  const row = /\| YYYY.*\|/.exec(first.stdout)![0];
  writeFileSync(
    join(folder, 'templates/accepted.md'),
    `| date | stack | resource | what | why |\n| --- | --- | --- | --- | --- |\n${row.replace('YYYY-MM-DD', '2026-11-26').replace('| why |', '| no pictures yet |')}\n`,
  );
  expect(command('--base', 'main').status).toBe(0);
  expect(command('--base', 'nowhere')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('--base: git finds no commit that "nowhere" and HEAD have in common'),
  });
}, 240_000);
