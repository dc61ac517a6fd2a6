import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { register } from '../../../scripts/bench/prove';
import { filled, proofPage } from '../../../scripts/bench/prove/page';
import { fingerprint, isStale, type Proof, prove, provenOf } from '../../../scripts/bench/prove/proof';
import { falseAlarms, PROOFS, story } from '../../../scripts/bench/prove/proofs';

let root: string;
const write = (path: string, text: string) => writeFileSync(join(root, path), text);
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd: root });
const commit = () => (git('add', '.'), git('commit', '--quiet', '--message', 'test'));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'prove-test-'));
  git('init', '--quiet');
  mkdirSync(join(root, 'jobs'));
  write('jobs/etl.py', 'rows = 1\n');
  write('readme.md', 'a text\n');
  write('.gitignore', '*.pyc\n');
  commit();
});
afterEach(() => rmSync(root, { recursive: true }));

const proof: Proof = {
  title: 'It adds up',
  paths: ['jobs'],
  seed: 7,
  prove: () => ({ weeks: 39, gains: [0.03, 0.02] }),
};
const row = () =>
  proofPage({ sum: proof }, root)
    .split('\n')
    .find((line) => /^\| (`sum`|\[sum\])/.test(line));

test('a proof keeps its figures with commit, seed, machine, time and paths', () => {
  prove('sum', proof, root);
  expect(provenOf('sum', root)).toEqual({
    name: 'sum',
    title: 'It adds up',
    commit: git('rev-parse', 'HEAD').toString().trim(),
    fingerprint: fingerprint(['jobs'], root),
    seed: 7,
    machine: expect.objectContaining({ cores: expect.any(Number), cpu: expect.any(String) }),
    startedAt: expect.stringMatching(/^20/),
    seconds: expect.any(Number),
    figures: { weeks: 39, gains: [0.03, 0.02] },
    paths: ['jobs'],
  });
});

describe('a proof is stale', () => {
  const after = (change: () => void) => {
    const proven = prove('sum', proof, root);
    change();
    return isStale(proven, proof, root);
  };
  test('once a file changes', () => expect(after(() => write('jobs/etl.py', 'rows = 2\n'))).toBe(true));
  test('once a file comes', () => expect(after(() => write('jobs/rules.py', ''))).toBe(true));
  test('once a file goes', () => {
    write('jobs/rules.py', '');
    commit();
    expect(after(() => rmSync(join(root, 'jobs/rules.py')))).toBe(true);
  });
  test('once it covers more', () =>
    expect(isStale(prove('sum', proof, root), { ...proof, paths: ['jobs', 'readme.md'] }, root)).toBe(true));
  test('not by files beside its paths, ignored ones, or a commit', () =>
    expect(
      after(() => {
        write('readme.md', 'another\n');
        write('jobs/etl.pyc', '');
        commit();
      }),
    ).toBe(false));
});

test('the page says which proofs hold, which are stale and which were never run', () => {
  expect(row()).toBe('| `sum` | It adds up | not run yet |  |  |  |');
  const { commit: sha } = prove('sum', proof, root);
  expect(row()).toMatch(/^\| \[sum\]\(sum\.json\) \| It adds up \| holds \| 20\d\d-\d\d-\d\d \|/);
  expect(row()).toContain(sha.slice(0, 10));
  expect(proofPage({ sum: proof }, root)).toContain('| weeks | 39 |\n| gains | 0.03, 0.02 |');
  write('jobs/etl.py', 'rows = 2\n');
  expect(row()).toContain('| **stale** |');
});

describe('nothing is kept', () => {
  const refused = (changed: Proof) => {
    expect(() => prove('sum', changed, root)).toThrow();
    return existsSync(join(root, 'docs'));
  };
  test('of a proof that fails', () =>
    expect(
      refused({
        ...proof,
        prove: () => {
          throw new Error('39 weeks, 38 monitored');
        },
      }),
    ).toBe(false));
  test('of files that are not committed', () => {
    write('jobs/etl.py', 'rows = 2\n');
    expect(() => prove('sum', proof, root)).toThrow(/differ from the commit; commit them first:\n M jobs\/etl\.py/);
    expect(refused(proof)).toBe(false);
  });
  test('of files that change while it runs', () =>
    expect(refused({ ...proof, prove: () => (write('jobs/etl.py', 'rows = 2\n'), { weeks: 1 }) })).toBe(false));
  test('of a path that is misspelt', () => expect(refused({ ...proof, paths: ['jobz'] })).toBe(false));
  test('over a former record', () => {
    prove('sum', proof, root);
    const before = readFileSync(join(root, 'docs/proof/sum.json'), 'utf8');
    refused({
      ...proof,
      prove: () => {
        throw new Error('no');
      },
    });
    expect(readFileSync(join(root, 'docs/proof/sum.json'), 'utf8')).toBe(before);
  });
});

test('an unknown proof is refused with the known ones', () => {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  register(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  expect(() => program.parse(['prove', 'yaer'], { from: 'user' })).toThrow(
    'it must be one of year, quiet, bakeoff, etl-growth',
  );
});

test('every proof covers files that are there', () => {
  for (const { paths } of Object.values(PROOFS)) expect(fingerprint(paths)).toMatch(/^[0-9a-f]{64}$/);
});

describe('what a rehearsal shows', () => {
  const week = (violations: number, confirmed: boolean, auc: number | null) =>
    ({ records: 10, violations: Array(violations).fill({}), confirmed, score: auc, ruleScore: 0.7 }) as never;
  const monitor = [week(0, false, 0.72214), week(1, false, null), week(2, true, 0.69996)];

  test('of the year are its weeks, versions, gains and AUCs, to four digits', () => {
    const gates = [
      { promoted: true, gain: null, interval: null },
      { promoted: false, gain: 0.001, interval: [-0.01, 0.02] },
      { promoted: true, gain: 0.03004, interval: [0.01789, 0.04761] },
    ] as never;
    const releases = [
      { version: 1, outcome: 'released' },
      { version: 2, outcome: 'rejected' },
    ] as never;
    expect(story({ monitor, gates, releases })).toEqual({
      weeks: 3,
      predictions: 30,
      'weeks with violations': 2,
      'weeks with confirmed violations': 1,
      'released versions': [1],
      'gains of promoted challengers': [0.03],
      'their lower bounds': [0.0179],
      'their upper bounds': [0.0476],
      'AUC by week': [0.7221, 0.7],
      'AUC of the rule by week': [0.7, 0.7, 0.7],
    });
  });

  test('of quiet weeks is the rate of those that violate', () =>
    expect(falseAlarms({ monitor })).toMatchObject({
      weeks: 3,
      'weeks with violations': 2,
      'false-alarm rate': 0.6667,
    }));
});

const shown: Proof = {
  ...proof,
  prove: () => ({ weeks: 1, 'a: sizes': { columns: ['slice', 'rows'], rows: [['fit', '7']] } }),
};

test('a table of a proof stands on its page, and is filled into the pages that teach with it', () => {
  prove('sum', shown, root);
  expect(proofPage({ sum: shown }, root)).toContain('### a: sizes\n\n| slice | rows |\n| --- | --- |\n| fit | 7 |');
  const page = (between: string) => `text\n<!-- table: sum / a: sizes -->${between}<!-- end of table -->\nmore\n`;
  const table = '\n\n| slice | rows |\n| --- | --- |\n| fit | 7 |\n\n';
  expect(filled(page('\n'), root)).toBe(page(table));
  expect(filled(page(table.replace('7', '8')), root)).toBe(page(table));
  expect(() => filled(page('').replace('sizes', 'gone'), root)).toThrow('proof sum keeps no table "a: gone"');
});
