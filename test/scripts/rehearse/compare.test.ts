import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRuns, told } from '../../../scripts/rehearse/compare';

const folder = mkdtempSync(join(tmpdir(), 'compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const window = { start: '2013-04-01', end: '2013-04-08' };
const gate = {
  ...{ window, rows: 1, measure: 'AUC', championScore: null, challengerScore: 0.72, ruleScore: 0.7, gain: 0.02 },
  ...{ interval: null, guard: 'Brier score', guardDelta: null, promoted: true, reason: 'better' },
};
const summary = {
  ...{ status: 'passed', reason: 'fine', scenario: 'loop', profile: 'sandbox', durationSeconds: 60, assumed: {} },
  ...{ startedAt: '2026-11-26T12:00:00Z', templates: [], releases: [], monitor: [], decisions: [], bakeoffs: [] },
  ...{ gates: [gate], deployments: [], notRehearsed: [], sweep: { left: [], unanswered: [], apart: {} } },
  iam: { allowed: 9, denied: 0, denials: [], unused: [], unproven: [] },
};

function run(name: string, over: object): string {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'summary.json'), JSON.stringify({ ...summary, ...over }));
  return join(folder, name);
}

test('two runs stand side by side, and what is not the same is marked', () => {
  const one = run('one', {});
  const held = { ...gate, challengerScore: 0.69, gain: -0.01, promoted: false };
  const two = run('two', { durationSeconds: 90, gates: [gate, held] });
  const lines = told(compareRuns(one, two));
  expect(lines.filter((line) => line.startsWith('≠'))).toEqual([
    expect.stringMatching(/^≠ gate {26,}2013-04-01 to 2013-04-08: AUC 0.690, rule 0.700, gain -0.010: held$/),
  ]);
  expect(lines.at(-1)).toMatch(/^1 of \d+ lines differ$/);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}seconds +60 +90$/));
  expect(told(compareRuns(one, one)).at(-1)).toBe('the two runs show the same');
});

test('a folder without a summary is refused by its name', () => {
  expect(() => compareRuns(join(folder, 'none'), join(folder, 'one'))).toThrow(join(folder, 'none/summary.json'));
});
