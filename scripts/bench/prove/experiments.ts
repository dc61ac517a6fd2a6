/** Experiments of jobs/experiments on a dataset's own rows, curated by the Glue job. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSource, storyOf } from '../../../datasets/module';
import { datasetOf } from '../../../lib/shared/datasets';
import { addDays } from '../../../lib/shared/days';
import { stageJobs } from '../../../lib/shared/job-code';
import { folder, layout } from '../../../lib/shared/names';
import { daysOf, endOf, partitionsOf } from '../../operate/days';
import { groundTruthKey, groundTruthLine, partitionFiles } from '../../operate/landing';
import { toolchain } from '../../rehearse/engine';
import { ROOT } from '../../shared/cdk';
import { ended } from '../child';
import type { Figures, Table } from './proof';

const DELAY_DAYS = 2;

interface About {
  /** Whether it needs a dataset with a rare outcome. */
  readonly rare?: boolean;
  /** Whether it needs the days after the story's history. */
  readonly later?: boolean;
}

/** The tables of an experiment, each under `<dataset>: <name>`. */
export function experiment(program: string, dataset: string, about: About = {}): Figures {
  const { history, last, through = last, experiments = { days: history } } = storyOf(dataset);
  const days = about.later === true ? { start: history.start, end: endOf(through) } : experiments.days;
  const lake = mkdtempSync(join(tmpdir(), 'experiment-'));
  const programs = stageJobs(dataset);
  try {
    cpSync(join(ROOT, 'jobs/experiments'), programs, { recursive: true });
    const { partitions } = land(dataset, days, join(lake, 'raw'));
    python([join(ROOT, 'scripts/bench/curate.py'), programs, lake, ...partitions]);
    const { rare } = experiments;
    const outcome =
      about.rare === true && rare !== undefined
        ? {
            outcome: rare.column,
            'at-least': rare.atLeast,
            'false-alarm': rare.costs.falseAlarm,
            miss: rare.costs.miss,
          }
        : {};
    const given = {
      features: join(lake, 'curated', folder(layout.curated.features)),
      labels: join(lake, 'raw', folder(layout.raw.groundTruth)),
      until: days.end,
      ...(about.later === true ? { 'trained-until': history.end } : {}),
      ...outcome,
    };
    const options = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { stdout } = python([join(programs, program), ...options]);
    const tables = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, Table>;
    return Object.fromEntries(Object.entries(tables).map(([name, table]) => [`${dataset}: ${name}`, table]));
  } finally {
    for (const made of [lake, programs]) rmSync(made, { recursive: true });
  }
}

/** One thread: two that wait for each other on a busy machine are slower than one. */
const python = (args: string[]) => ended(toolchain().python, args, { env: { ...process.env, OMP_NUM_THREADS: '1' } });

/** Writes raw tables and ground truth of the days in the loader's layout. */
function land(name: string, days: { start: string; end: string }, raw: string): { partitions: string[] } {
  const [dataset, source] = [datasetOf(name), openSource(name)];
  const put = (key: string, body: string | Buffer) => {
    mkdirSync(dirname(join(raw, key)), { recursive: true });
    writeFileSync(join(raw, key), body);
  };
  const partitions = [...partitionsOf(dataset, days)].filter((partition) => source.holds(partition));
  for (const partition of partitions)
    for (const { entry, body } of partitionFiles(dataset, partition, source.tables(partition))) put(entry.key, body);
  for (const day of daysOf(days)) {
    const lines = source.labels(day).labels.map((label) => `${groundTruthLine(dataset, label)}\n`);
    if (lines.length > 0) put(groundTruthKey(addDays(day, DELAY_DAYS)), lines.join(''));
  }
  return { partitions };
}
