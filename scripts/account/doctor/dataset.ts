/** Compares the dataset on this machine with its declaration; a rehearsal and `load` would fail on differences later. */
import { openSource, storyOf } from '../../../datasets/module';
import type { Config } from '../../../lib/config';
import { eventsTable, labelsOf } from '../../../lib/shared/dataset';
import { datasetOf } from '../../../lib/shared/datasets';
import { addDays } from '../../../lib/shared/days';
import { daysOf, partitionsOf } from '../../operate/days';
import { type Check, ok, warn } from './types';

/** Tolerated factor between declared and found volume, because windows and slices are sized for the declared one. */
const FACTOR = 1.5;

export type Held = ReturnType<typeof heldOf>;

/** Counts the story's history. @throws Error when the raw data cannot be read */
function heldOf(name: string) {
  const dataset = datasetOf(name);
  const events = eventsTable(dataset);
  const target = labelsOf(dataset).findIndex((column) => column.target);
  const [source, { history }] = [openSource(name), storyOf(name)];
  const days = [...daysOf(history)];
  const found = days.map((day) => source.labels(day));
  const labels = found.flatMap((day) => day.labels);
  const refused = found.flatMap((day) => day.refused);
  const rows = [...partitionsOf(dataset, history)]
    .filter((partition) => dataset.partition === 'month' || source.holds(partition))
    .reduce((sum, partition) => sum + source.tables(partition).get(events)!.rows.length, 0);
  return {
    first: history.start,
    last: addDays(history.end, -1),
    days: days.length,
    eventsPerDay: rows / days.length,
    positiveShare: labels.filter(({ values }) => values[target] === 1).length / Math.max(1, labels.length),
    /** Rows that `load` or `labels` would leave out. */
    left: [
      ...source.remarks,
      ...(refused.length === 0 ? [] : [`${refused.length} events get no label: ${refused[0]}`]),
    ],
  };
}

type Asked = Pick<Config, 'dataset' | 'gate'>;

export function judgeDataset(asked: Asked): Check[] {
  try {
    return judgeHeld(asked, heldOf(asked.dataset));
  } catch (error) {
    const fix = 'correct it before you load from this machine: docs/your-own-data.md';
    return [warn('dataset', `${asked.dataset} cannot be read here: ${(error as Error).message}`, fix)];
  }
}

export function judgeHeld({ dataset: name, gate }: Asked, held: Held): Check[] {
  const { partition, volume } = datasetOf(name);
  const { first, last, days, eventsPerDay, positiveShare, left } = held;
  const judged = gate.selectDays + gate.gateDays;
  const found = `${name}, by ${partition}: ${first} to ${last} has ${eventsPerDay.toFixed(1)} events a day, ${percent(positiveShare)} of them positive`;
  const told = (is: number, declared: number) => is <= declared * FACTOR && declared <= is * FACTOR;
  return [
    told(eventsPerDay, volume.eventsPerDay) && told(positiveShare, volume.positiveShare)
      ? ok('dataset', found)
      : warn(
          'dataset',
          `${found}; its file declares ${volume.eventsPerDay} and ${percent(volume.positiveShare)}`,
          `correct volume in datasets/${name}/dataset.json: windows and slices follow from it`,
        ),
    ...(days > judged
      ? []
      : [
          warn(
            'dataset',
            `a history of ${days} days leaves none to fit on before ${gate.selectDays} of select and ${gate.gateDays} of gate`,
            `lengthen it in datasets/${name}/story.ts, or state fewer days under sizes in dataset.json`,
          ),
        ]),
    ...left.map((what) => warn('dataset', what, `correct the file or datasets/${name}/labels.ts`)),
  ];
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
