/** A toy room, added to a copy of the repository and taken out again as CONTRIBUTING.md says. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyOfRepository, git, run } from '../scripts/shared/copy';
import { thorough } from './support/thorough';

const toy = join(__dirname, 'fixtures/toy-room');
let copy: string;

beforeAll(() => {
  copy = copyOfRepository();
  git(copy, 'init', '-q');
  git(copy, 'add', '-A');
  // The pages of the default dataset, whichever it is: what differs below is the room's.
  run(copy, 'ts-node', 'scripts/docs/index.ts');
  git(copy, 'add', '-A');
  commit('copy');
}, 120_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const commit = (message: string) =>
  git(
    copy,
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'commit.gpgsign=false',
    'commit',
    '-qm',
    message,
  );

/** What the room's own files are called in the repository. */
const OWN: Record<string, string> = {
  'room.ts.txt': 'lib/toy/room.ts',
  'config.ts.txt': 'lib/toy/config.ts',
  'toy-stack.ts.txt': 'lib/toy/toy-stack.ts',
  'notes.ts.txt': 'lib/toy/notes.ts',
  'runbook.md': 'lib/toy/runbook.md',
  'page.md': 'docs/rooms/toy.md',
  'index.ts.txt': 'lambda/toy/count-months/index.ts',
  'toy-stack.test.ts.txt': 'test/toy/toy-stack.test.ts',
};

/** The lines that a room adds to shared files, each after or before a line that is there. */
const SHARED: Record<string, [find: RegExp, put: string][]> = {
  'lib/rooms.ts': [
    [/^import \{ training \}/m, "import { toy } from './toy/room';\n$&"],
    [/(const contracts = \[[^\]]* retraining)\b/, '$1, toy'],
  ],
  'lib/config.ts': [
    [/^import \{ trainingConfig \}/m, "import { toyConfig } from './toy/config';\n$&"],
    [/^ {4}\.\.\.retrainingConfig,$/m, '$&\n    ...toyConfig,'],
  ],
  'bin/app.ts': [
    [/^import \{ TrainingStack \}/m, "import { ToyStack } from '../lib/toy/toy-stack';\n$&"],
    [
      /(optIn: Record<string, \(\) => unknown> = \{)/,
      "$1\n    toy: () => new ToyStack(app, 'Toy', { ...common, ...buckets, config: config.toy }),\n",
    ],
  ],
  'README.md': [
    [/^\| `retraining` \|.*$/m, '$&\n| `toy` (opt-in) | toy | a function that counts the curated months |'],
  ],
};

function add(): void {
  expect(readdirSync(toy).sort()).toEqual(Object.keys(OWN).sort());
  for (const [file, path] of Object.entries(OWN)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(toy, file), join(copy, path));
  }
  for (const [file, edits] of Object.entries(SHARED)) {
    const before = readFileSync(join(copy, file), 'utf8');
    const after = edits.reduce((text, [find, put]) => {
      expect(text).toMatch(find);
      return text.replace(find, put);
    }, before);
    writeFileSync(join(copy, file), after);
  }
}

thorough(
  'a room is added by at most 16 files besides its templates, its own among them, and gone when they are taken out',
  () => {
    add();
    run(copy, 'ts-node', 'scripts/docs/index.ts');
    run(copy, 'ts-node', 'scripts/templates/index.ts', '--update', 'toy');
    run(copy, 'jest', '--ci', 'test/toy', 'test/conventions', 'test/layers');
    git(copy, 'add', '-A');
    const all = git(copy, 'diff', '--cached', '--name-only');
    const templates = all.filter((file) => file.startsWith('templates/'));
    expect(templates).toEqual([
      ...['managed', 'production'].map((variant) => `templates/${variant}/toy.diff.json`),
      'templates/sandbox/toy.template.json',
      'templates/standard/toy.diff.json',
    ]);
    const touched = all.filter((file) => !templates.includes(file));
    const own = touched.filter((file) => /(^|\/)toy[/.-]/.test(file) || file.endsWith('/toy.md'));
    expect(readFileSync(join(copy, 'docs/configuration.md'), 'utf8')).toContain('`toy.timeoutSeconds`');
    expect(own.sort()).toEqual(Object.values(OWN).sort());
    expect(touched.filter((file) => !own.includes(file)).length <= 16 - own.length ? [] : touched).toEqual([]);

    // Taken out again: the room's folders and lines go, and the pages are written anew.
    for (const path of ['lib/toy', 'lambda/toy', 'test/toy', 'docs/rooms/toy.md'])
      rmSync(join(copy, path), { recursive: true });
    git(copy, 'checkout', 'HEAD', '--', ...Object.keys(SHARED));
    run(copy, 'ts-node', 'scripts/docs/index.ts');
    run(copy, 'ts-node', 'scripts/templates/index.ts', '--update', 'toy');
    git(copy, 'add', '-A');
    expect(git(copy, 'diff', '--cached', '--name-only', 'HEAD')).toEqual([]);
  },
  420_000,
);
