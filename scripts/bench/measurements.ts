/** Every guarded figure, with its target and its measurement. */
import { join } from 'node:path';
import { measureApp } from './app';
import { ended, figuresOf, python } from './child';
import { measureColdSetup } from './cold-setup';
import { glueSeconds, partSeconds, type Rehearsed, rehearsed } from './rehearsed';

export interface Figure {
  readonly name: string;
  readonly what: string;
  readonly unit: 's' | 'CPU s' | 'ms' | 'KiB' | 'GiB' | 'exponent' | 'ratio';
  /** Limit beyond which `--check` fails. @default none: the figure is for comparison */
  readonly target?: number;
}

export interface Measurement {
  readonly how: string;
  /** Takes minutes rather than seconds, and runs on request only. @default false */
  readonly long?: boolean;
  /** Number of runs; the median is printed. @default 3, or 1 for a long one */
  readonly runs?: number;
  readonly figures: readonly Figure[];
  /** One run. @returns a value for every figure @throws Error when the measured program fails */
  measure(): Record<string, number>;
}

/** Figures printed by a program of this folder. */
export const printed = <Value = number>(program: string, ...args: string[]): Record<string, Value> =>
  figuresOf(python(join(__dirname, program), ...args));

/** A step of the tests, as in `npm test -- --only`. */
const step = (name: string, only: string, target: number): Measurement => ({
  how: `wall time of npm test -- --only ${only}`,
  long: true,
  figures: [{ name, what: `npm test -- --only ${only}`, unit: 's', target }],
  measure: () => ({ [name]: ended('npm', ['test', '--', '--only', only]).seconds }),
});

/** A rehearsal started like a user does, and parts of it. */
const rehearsal = (
  { name, target, args }: { name: string; target: number; args: string[] },
  parts: readonly Figure[] = [],
  read: (run: Rehearsed) => Record<string, number> = () => ({}),
): Measurement => {
  const command = `npm run rehearse${args.length === 0 ? '' : ` -- ${args.join(' ')}`}`;
  return {
    how: `wall time of ${command}${parts.length === 0 ? '' : '; its parts by timings.jsonl and evidence.json of the run'}`,
    long: true,
    figures: [{ name, what: command, unit: 's', target }, ...parts],
    measure() {
      const run = rehearsed(...args);
      return { [name]: run.seconds, ...read(run) };
    },
  };
};

export const MEASUREMENTS: readonly Measurement[] = [
  {
    how: 'CPU time of a process of Node that synthesizes profile sandbox without the template validator of the CDK (its child processes, which bundle, not counted); import of the bundle of predict in a new process',
    figures: [
      { name: 'synth', what: 'synth, 100 resources', unit: 'CPU s', target: 4 },
      { name: 'predict-size', what: 'bundle of predict', unit: 'KiB', target: 500 },
      { name: 'predict-import', what: 'bundle of predict, import', unit: 'ms', target: 90 },
    ],
    measure: measureApp,
  },
  {
    how: 'the programs in one process of Python on January; a request has 500 rows, the median of 300',
    figures: [
      { name: 'train', what: 'training, one month', unit: 'CPU s' },
      { name: 'evaluate', what: 'evaluation, 1,000 paired draws', unit: 'CPU s' },
      { name: 'monitor', what: 'monitoring, one week', unit: 'CPU s' },
      { name: 'handler', what: 'request handler, 500 rows', unit: 'ms' },
      {
        name: 'handler-over-floor',
        what: 'the same over parsing, XGBoost and writing alone',
        unit: 'ratio',
        target: 1.4,
      },
      { name: 'handler-one', what: 'request handler, one row', unit: 'ms' },
    ],
    measure: () => printed('jobs.py'),
  },
  {
    how: 'the Glue job on local files in one Spark session; warm is the median of three after the first',
    runs: 1,
    figures: [
      { name: 'etl-first', what: 'Glue job, one month, first of a session', unit: 's' },
      { name: 'etl-month', what: 'Glue job, one month, warm', unit: 's', target: 3.5 },
      { name: 'etl-quarter', what: 'Glue job, three months in one run', unit: 's', target: 9 },
      { name: 'etl-year', what: 'Glue job, a year in one run', unit: 's', target: 20 },
    ],
    measure: () => printed('etl.py', 'months'),
  },
  {
    how: 'the Glue job on January with 1, 10 and 30 times its events; exponent of time over rows',
    long: true,
    figures: [
      { name: 'etl-x1', what: 'Glue job, 27,004 events', unit: 's' },
      { name: 'etl-x10', what: 'Glue job, 10 times as many', unit: 's' },
      { name: 'etl-x30', what: 'Glue job, 30 times as many', unit: 's' },
      { name: 'etl-growth-10', what: 'growth of the Glue job, 1 to 10 times', unit: 'exponent', target: 0.5 },
      { name: 'etl-growth-30', what: 'growth of the Glue job, 1 to 30 times', unit: 'exponent', target: 1 },
    ],
    measure: () => printed('etl.py', 'growth'),
  },
  rehearsal(
    { name: 'loop', target: 60, args: ['--scenario', 'loop'] },
    [
      { name: 'monitor-week', what: 'Monitor, one week, from start to outcome', unit: 's', target: 3 },
      { name: 'replay-by-hour', what: 'replay, one week by the hour', unit: 's', target: 7 },
    ],
    ({ timings }) => ({
      'monitor-week': partSeconds(timings, 'monitor'),
      'replay-by-hour': partSeconds(timings, 'replay by hour'),
    }),
  ),
  rehearsal(
    { name: 'rehearse', target: 180, args: [] },
    [
      { name: 'replay-by-day', what: 'replay, one week by day', unit: 's', target: 1.5 },
      { name: 'glue-first', what: 'Glue job in a rehearsal, one month, first of its JVM', unit: 's', target: 12 },
    ],
    ({ timings, evidence }) => ({
      'replay-by-day': partSeconds(timings, 'replay by day'),
      'glue-first': glueSeconds(evidence),
    }),
  ),
  rehearsal({ name: 'rehearse-year', target: 360, args: ['--through', '2013-12'] }),
  rehearsal({ name: 'standard', target: 110, args: ['--scenario', 'standard'] }),
  rehearsal({ name: 'operations', target: 130, args: ['--scenario', 'operations'] }),
  {
    how: 'wall time of npm test',
    long: true,
    figures: [{ name: 'npm-test', what: 'npm test', unit: 's', target: 480 }],
    measure: () => ({ 'npm-test': ended('npm', ['test']).seconds }),
  },
  step('jest', 'jest', 75),
  step('pytest', 'pytest', 130),
  step('eslint', 'lint', 25),
  {
    how: 'wall time of npm run setup in a clone of the commit: an empty HOME, empty caches, no Java',
    long: true,
    figures: [
      { name: 'setup', what: 'cold set-up', unit: 's', target: 95 },
      { name: 'setup-size', what: 'what the set-up leaves', unit: 'GiB', target: 2 },
    ],
    measure: measureColdSetup,
  },
];
