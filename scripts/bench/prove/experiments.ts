/** Experiments of jobs/experiments on a dataset's own rows, curated by the Glue job. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSource, storyOf } from '../../../datasets/module';
import { datasetOf } from '../../../lib/shared/datasets';
import { addDays, type DayRange } from '../../../lib/shared/days';
import { stageJobs } from '../../../lib/shared/job-code';
import { folder, layout } from '../../../lib/shared/names';
import { daysOf, endOf, partitionsOf } from '../../operate/days';
import { groundTruthKey, groundTruthLine, partitionFiles } from '../../operate/landing';
import { ROOT } from '../../shared/cdk';
import { figuresOf, python } from '../child';
import type { Figures, Table } from './proof';

const DELAY_DAYS = 2;

/**
 * The tables of an experiment, each under `<dataset>: <name>`.
 * @param needs a rare outcome of the dataset, and the days after the story's history
 */
export function experiment(program: string, dataset: string, { rare = false, later = false } = {}): Figures {
  const { history, last, through = last, experiments = { days: history } } = storyOf(dataset);
  const days = later ? { start: history.start, end: endOf(through) } : experiments.days;
  const lake = mkdtempSync(join(tmpdir(), 'experiment-'));
  const programs = stageJobs(dataset);
  try {
    cpSync(join(ROOT, 'jobs/experiments'), programs, { recursive: true });
    const partitions = land(dataset, days, join(lake, 'raw'));
    python(join(ROOT, 'scripts/bench/curate.py'), programs, lake, ...partitions);
    const outcome = rare ? experiments.rare : undefined;
    const given = {
      features: join(lake, 'curated', folder(layout.curated.features)),
      labels: join(lake, 'raw', folder(layout.raw.groundTruth)),
      until: days.end,
      ...(later && { 'trained-until': history.end }),
      ...(outcome && {
        outcome: outcome.column,
        'at-least': outcome.atLeast,
        'false-alarm': outcome.costs.falseAlarm,
        miss: outcome.costs.miss,
      }),
    };
    const options = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const tables = figuresOf<Table>(python(join(programs, program), ...options));
    return Object.fromEntries(Object.entries(tables).map(([name, table]) => [`${dataset}: ${name}`, table]));
  } finally {
    for (const made of [lake, programs]) rmSync(made, { recursive: true });
  }
}

/** Writes raw tables and ground truth of the days in the loader's layout. */
function land(name: string, days: DayRange, raw: string): string[] {
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
  return partitions;
}
