/** What `datasets/<name>/index.ts` exports as `dataset`, and how the commands come by it. */
import { join } from 'node:path';
import type { Dataset } from '../lib/shared/dataset-file';
import { datasetOf } from '../lib/shared/datasets';
import { isDay } from '../lib/shared/days';
import { Refused } from '../lib/shared/refused';
import type { DataSource } from './data-source';
import type { Story } from './story';

export interface DatasetModule {
  readonly story: Story;
  /**
   * Opens the raw data.
   * @param folder where the set-up puts raw files that it fetches
   * @throws Error naming what is missing, and what brings it
   */
  open(declared: Dataset, folder: string): DataSource;
}

/** The raw data of a dataset. */
export const openSource = (name: string): DataSource =>
  moduleOf(name).open(datasetOf(name), join(__dirname, '../.toolchain/data', name));

/** The days that rehearsals play. @throws Refused naming the key of the story that is not what it must be */
export function storyOf(name: string): Story {
  const { story } = moduleOf(name);
  const { partition } = datasetOf(name);
  const { history, last, through = last } = story;
  const wrong = (key: string, value: string, must: string) =>
    new Refused(`datasets/${name}/story.ts: ${key} is ${JSON.stringify(value)}, and must be ${must}`);
  for (const [key, day] of Object.entries(history))
    if (!isDay(day) || (partition === 'month' && !day.endsWith('-01')))
      throw wrong(`history.${key}`, day, `the first day of a ${partition}, YYYY-MM-DD`);
  if (history.start >= history.end) throw wrong('history.end', history.end, `after ${history.start}`);
  for (const [key, value] of Object.entries({ last, through }))
    if (!isDay(partition === 'month' ? `${value}-01` : value))
      throw wrong(key, value, `a ${partition}, ${partition === 'month' ? 'YYYY-MM' : 'YYYY-MM-DD'}`);
  return story;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the folders are the list
const moduleOf = (name: string) => (require(`./${name}`) as { dataset: DatasetModule }).dataset;
