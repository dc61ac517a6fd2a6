import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bench, type BenchOptions } from '../../../scripts/bench';
import { type Measurement, MEASUREMENTS } from '../../../scripts/bench/measurements';
import { median } from '../../../scripts/bench/median';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'bench-test-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A measurement whose runs give these values one after the other. */
function giving(
  name: string,
  target: number | undefined,
  values: unknown[],
  more: Partial<Measurement> = {},
): Measurement {
  const left = [...values];
  const figures = [{ name, what: `what ${name} is`, unit: 's' as const, ...(target === undefined ? {} : { target }) }];
  return { how: 'by hand', figures, measure: () => ({ [name]: left.shift() as number }), ...more };
}

function run(measurements: Measurement[], options: Partial<BenchOptions> = {}) {
  const lines: string[] = [];
  const json = join(folder, 'figures.json');
  const code = bench({ json, ...options }, measurements, (line) => lines.push(line));
  return { code, text: lines.join('\n'), kept: JSON.parse(readFileSync(json, 'utf8')) };
}

test('the median of three runs is told, and kept with all of them', () => {
  const { code, text, kept } = run([giving('lap', 5, [9, 3, 4])], { check: true });
  expect(code).toBe(0);
  expect(text).toMatch(/what lap is +4\.00 s +≤ 5 +ok/);
  expect(kept).toMatchObject({
    commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    machine: { cores: expect.any(Number), python: expect.stringMatching(/^3\./) },
    figures: [{ name: 'lap', value: 4, values: [9, 3, 4], target: 5 }],
    failed: [],
  });
});

test('a figure beyond its target is marked, and fails the bench with --check alone', () => {
  const slow = () => [giving('lap', 5, [6]), giving('shown', undefined, [1000])];
  expect(run(slow(), { runs: 1 })).toMatchObject({ code: 0, text: expect.stringMatching(/≤ 5 +BEYOND/) });
  expect(run(slow(), { runs: 1, check: true }).code).toBe(1);
});

test.each([
  ['nothing', undefined],
  ['a zero', 0],
  ['no number', Number('-')],
])('a measurement that gives %s fails the bench, without --check too, and the others go on', (_, value) => {
  const { code, text, kept } = run([giving('broken', 5, [1, value, 1]), giving('lap', 5, [4, 4, 4])]);
  expect(code).toBe(1);
  expect(text).toMatch(/what broken is +FAILED\n.*every run must give a number/);
  expect(kept.figures.map(({ name }: { name: string }) => name)).toEqual(['lap']);
  expect(kept.failed).toEqual([{ figures: ['broken'], reason: expect.any(String) }]);
});

test('what takes minutes is measured when asked for, by name or with --all', () => {
  const both = () => [giving('lap', 5, [1]), giving('year', 5, [1], { long: true })];
  const names = (options: Partial<BenchOptions>) =>
    run(both(), { runs: 1, ...options }).kept.figures.map(({ name }: { name: string }) => name);
  expect(names({})).toEqual(['lap']);
  expect(names({ all: true })).toEqual(['lap', 'year']);
  expect(names({ only: ['year'] })).toEqual(['year']);
  expect(() => names({ only: ['yaer'] })).toThrow('there is no figure "yaer": choose from lap, year');
});

test('a figure is measured in one place', () => {
  const names = MEASUREMENTS.flatMap(({ figures }) => figures.map(({ name }) => name));
  expect(names.length).toBe(new Set(names).size);
});

test('a median is never made of nothing', () => {
  expect(median([1, 4, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow('no median of []');
});
