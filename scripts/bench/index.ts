/** `npm run bench`: figures with targets, so that a slowdown is noticed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { ROOT } from '../shared/cdk';
import { whole } from '../shared/arguments';
import { Refused } from '../../lib/shared/refused';
import { commit, machine, uncommitted } from './machine';
import { type Figure, type Measurement, MEASUREMENTS } from './measurements';
import { median } from './median';

export interface BenchOptions {
  only?: readonly string[];
  all?: boolean;
  check?: boolean;
  runs?: number;
  json: string;
}

interface Measured extends Figure {
  /** Median of the runs. */
  readonly value: number;
  readonly values: readonly number[];
}

export function register(program: Command): void {
  program
    .command('bench')
    .description('measure the speed of the kit against its targets')
    .option('--only <name...>', 'these figures, including long ones')
    .option('--all', 'also long measurements, about an hour in all: rehearsals, npm test, a cold set-up')
    .option('--check', 'exit code 1 when a figure is beyond its target')
    .addOption(
      new Option(
        '--runs <number>',
        'number of runs, whose median is printed (default: 3, or 1 for long ones)',
      ).argParser(whole),
    )
    .option('--json <file>', 'file of the figures', join(ROOT, '.bench/latest.json'))
    .addHelpText('after', () => `\nFigures:\n${MEASUREMENTS.map(described).join('\n')}`)
    .action((options: BenchOptions) => {
      process.exitCode = bench(options);
    });
}

/**
 * Prints and stores the figures. A failed measurement fails the bench.
 * @returns the exit code
 */
export function bench(
  { only, all = false, check = false, runs, json }: BenchOptions,
  measurements: readonly Measurement[] = MEASUREMENTS,
  print: (line: string) => void = console.log,
): number {
  const chosen = choose(measurements, only, all);
  const found = {
    startedAt: new Date().toISOString(),
    commit: commit(),
    uncommitted: uncommitted(),
    machine: machine(),
  };
  const figures: Measured[] = [];
  const failed: { figures: string[]; reason: string }[] = [];
  for (const measurement of chosen) {
    const wanted = measurement.figures.filter(({ name }) => only?.includes(name) ?? true);
    try {
      const told = measured(measurement, wanted, runs ?? measurement.runs ?? (measurement.long === true ? 1 : 3));
      for (const figure of told) print(line(figure));
      figures.push(...told);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      for (const { what } of wanted) print(`${what.padEnd(WIDTH)} FAILED`);
      print(`  ${reason.replaceAll('\n', '\n  ')}`);
      failed.push({ figures: wanted.map(({ name }) => name), reason });
    }
  }
  const beyond = figures.filter(isBeyond);
  mkdirSync(dirname(resolve(json)), { recursive: true });
  writeFileSync(json, `${JSON.stringify({ ...found, figures, failed }, null, 2)}\n`);
  print(
    `\n${figures.length} figures, ${beyond.length} beyond their target, ${failed.length} measurements failed: ${json}`,
  );
  return failed.length > 0 || (check && beyond.length > 0) ? 1 : 0;
}

function choose(measurements: readonly Measurement[], only: readonly string[] | undefined, all: boolean) {
  const names = measurements.flatMap(({ figures }) => figures.map(({ name }) => name));
  const unknown = (only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Refused(`there is no figure ${JSON.stringify(unknown[0])}: choose from ${names.join(', ')}`);
  return measurements.filter(({ figures, long = false }) =>
    only === undefined ? all || !long : figures.some(({ name }) => only.includes(name)),
  );
}

function measured({ measure }: Measurement, wanted: readonly Figure[], runs: number): Measured[] {
  const values = Array.from({ length: runs }, () => measure());
  return wanted.map((figure) => {
    const own = values.map((one) => one[figure.name]!);
    // No measured step takes zero time, so a zero is an absent or empty result.
    if (!own.every((value) => Number.isFinite(value) && value !== 0))
      throw new Error(`${figure.name} was measured as ${JSON.stringify(own)}: every run must give a number`);
    return { ...figure, value: median(own), values: own };
  });
}

const isBeyond = ({ value, target = Infinity }: Measured) => value > target;

const WIDTH = 56;

function line(figure: Measured): string {
  const { what, unit, value, target } = figure;
  const mark = target === undefined ? '' : isBeyond(figure) ? 'BEYOND' : 'ok';
  const told = `${digits(value)} ${unit}`.padEnd(16);
  return `${what.padEnd(WIDTH)} ${told} ${(target === undefined ? '' : `≤ ${target}`).padEnd(8)} ${mark}`.trimEnd();
}

const digits = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));

const described = ({ figures, how, long = false }: Measurement) =>
  `  ${figures.map(({ name }) => name).join(', ')}${long ? ' (minutes)' : ''}\n      ${how}`;
