/** The labs as they lie in docs/labs: what can be said of them without playing them. `npm run lab -- --all` plays them. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { program } from '../../../scripts/cli';
import { profileNames } from '../../../lib/config';
import { roomNames } from '../../../lib/rooms';
import type { Command } from '../../../scripts/labs/lab';
import { edit } from '../../../scripts/labs/play';
import { priceOf } from '../../../scripts/labs/price';
import { labs, solutionOf, stateOf } from '../../../scripts/labs/shelf';

const root = join(__dirname, '../../..');
const all = labs();
const commands = all.flatMap(({ file, blocks }) =>
  blocks.flatMap((block): [string, Command][] =>
    block.kind === 'edit' ? [] : block.commands.map((command) => [`${file}:${command.line}`, command]),
  ),
);

test.each(all.map((lab) => [lab.file, lab] as const))('%s: what it names is there', (_, lab) => {
  expect(stateOf(lab).name).toBe(lab.begins);
  expect(profileNames).toContain(lab.profile);
  expect(roomNames).toEqual(expect.arrayContaining([...lab.rooms]));
  expect(all.map(({ number }) => number)).toEqual(expect.arrayContaining([...lab.needs]));
  expect(lab.exam.filter((task) => !/^[1-4]\.[1-3]$/.test(task))).toEqual([]);
  expect(lab.lens.filter((id) => !/^ML(OPS|SEC|REL|PERF|COST|SUS)\d\d-BP\d\d$/.test(id))).toEqual([]);
});

test.each(all.map((lab) => [lab.file, lab] as const))(
  '%s breaks something, has a task with a solution that fits, and ends in an undo',
  (_, lab) => {
    const kinds = lab.blocks.map(({ kind }) => kind);
    expect(kinds).toContain('break-it');
    expect(kinds.at(-1)).toBe('undo');
    // Files that the lab itself makes are not there yet; playing it applies the whole patch.
    const changed = [...readFileSync(join(root, solutionOf(lab)), 'utf8').matchAll(/^--- a\/(.+)$/gm)];
    const made = changed.flatMap(([, path]) => (existsSync(join(root, path!)) ? [] : [`--exclude=${path}`]));
    // A learner's own answer may lie there.
    const check = ['apply', '--check', '--exclude=answers/*', ...made];
    execFileSync('git', [...check, solutionOf(lab)], { cwd: root, stdio: 'pipe' });
    expect(lab.minutes).toBeLessThanOrEqual(30);
  },
);

test.each(all.map((lab) => [lab.file, lab] as const))('%s: its edits fit the files as they are', (_, lab) => {
  const folder = mkdtempSync(join(tmpdir(), 'labs-'));
  try {
    for (const block of lab.blocks) {
      // Files that the lab itself makes are not there yet.
      if (block.kind !== 'edit' || !existsSync(join(root, block.path))) continue;
      const copy = join(folder, block.path);
      mkdirSync(dirname(copy), { recursive: true });
      if (!existsSync(copy)) copyFileSync(join(root, block.path), copy);
      edit(folder, lab.file, block);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every solution is one of a lab', () => {
  const patches = readdirSync(join(root, 'docs/labs/solutions')).map((name) => `docs/labs/solutions/${name}`);
  expect(patches).toEqual(all.map(solutionOf));
});

test.each(commands)('%s: its commands are the kit’s own, or programs that a set-up brings', (_, { text }) => {
  for (const [, name, given = ''] of text.matchAll(/npm run (?:--silent )?kit -- (\w+)([^|&]*)/g)) {
    const command = program.commands.find((each) => each.name() === name);
    const options = [...program.options, ...(command?.options ?? [])].map(({ long }) => long);
    expect(options).toEqual(expect.arrayContaining([...given.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option)));
  }
  const first = text.replace(/^\. \.local\/env && /, '').split(' ')[0]!;
  const programs = ['npm', 'npx', 'git', 'node', '.toolchain/python/bin/python', 'curl'];
  expect([...programs, 'echo', 'export', 'rm', 'sed', 'until', 'sleep', ':']).toContain(first);
  for (const [path] of text.matchAll(/docs\/[\w./-]+/g)) expect(existsSync(join(root, path))).toBe(true);
});

test('a lab is priced by its own commands and those that make its state', () => {
  const runs = new Map([
    ['prepare', 10],
    ['train', 100],
    ['release', 1000],
    ['monitor a window', 1],
    ['an hour of metrics', 1],
    ['100 requests', 1],
  ]);
  const [lab] = all;
  const state = {
    name: 's',
    check: [],
    seed: [],
    seedOnAws: [{ text: 'npm run kit -- train', expected: [], line: 1 }],
  };
  const typed = (text: string) =>
    ({ ...lab!, blocks: [{ kind: 'console', line: 1, commands: [{ text, expected: [], line: 1 }] }] }) as typeof lab;
  const price = (text: string) => priceOf(typed(text)!, state, { day: 0.5, runs });
  expect(price('npm run kit -- status')).toBe(1100.5);
  expect(price('npm run kit -- load 2013-03')).toBe(1110.5);
  expect(price('.toolchain/python/bin/python docs/labs/03-land.py 2013-03')).toBe(1110.5);
});

test('a program of a lab does nothing where the terminal points past the local account', () => {
  const folder = mkdtempSync(join(tmpdir(), 'labs-'));
  writeFileSync(join(folder, 'account.json'), '{"endpoint":"http://127.0.0.1:9"}');
  const { status, stderr } = spawnSync(
    join(root, '.toolchain/python/bin/python'),
    ['docs/labs/15-correct.py', '2013-02-14'],
    { cwd: root, encoding: 'utf8', env: { PATH: process.env.PATH, KIT_LOCAL: folder, AWS_REGION: 'eu-west-1' } },
  );
  rmSync(folder, { recursive: true });
  expect(stderr).toContain(
    'this terminal points to AWS and not to the local account of this clone (http://127.0.0.1:9)',
  );
  expect(status).toBe(2);
});
