/** The interface of `datasets/<name>/index.ts`, which exports it as `dataset`, and how commands load it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../lib/shared/dataset-file';
import { datasetOf, datasetPath, folderOf } from '../lib/shared/datasets';
import { isDay } from '../lib/shared/days';
import { Refused } from '../lib/shared/refused';
import type { DataSource } from './data-source';
import type { Story } from './story';

export interface DatasetModule {
  readonly story: Story;
  /**
   * Opens the raw data.
   * @param folder where the set-up puts downloaded raw files
   * @throws Error naming what is missing and how to get it
   */
  open(declared: Dataset, folder: string): DataSource;
}

const opened = new Map<string, DataSource>();

/** The raw data of a dataset, read once per process. @throws Error naming what is missing */
export function openSource(name: string): DataSource {
  const declared = datasetOf(name);
  const source =
    opened.get(name) ?? moduleOf(name).open(declared, join(__dirname, '../.toolchain/data', folderOf(name)));
  opened.set(name, source);
  return source;
}

/** The days that rehearsals play. @throws Refused naming the invalid key of the story */
export function storyOf(name: string): Story {
  const { partition } = datasetOf(name);
  const { story } = moduleOf(name);
  const { history, last, through = last } = story;
  const wrong = (key: string, value: string, must: string) =>
    new Refused(`datasets/${name}/story.ts: ${key} is ${JSON.stringify(value)}, and must be ${must}`);
  for (const [key, day] of Object.entries(history))
    if (!isDay(day) || (partition === 'month' && !day.endsWith('-01')))
      throw wrong(`history.${key}`, day, `${partition === 'month' ? 'the first day of a month' : 'a day'}, YYYY-MM-DD`);
  if (history.start >= history.end) throw wrong('history.end', history.end, `after ${history.start}`);
  for (const [key, value] of Object.entries({ last, through }))
    if (!isDay(partition === 'month' ? `${value}-01` : value))
      throw wrong(key, value, `a ${partition}, ${partition === 'month' ? 'YYYY-MM' : 'YYYY-MM-DD'}`);
  return story;
}

function moduleOf(name: string): DatasetModule {
  const folder = folderOf(name);
  const file = `datasets/${folder}/index.ts`;
  if (!existsSync(datasetPath(name, 'index.ts')))
    throw new Refused(`${file} is missing: docs/your-own-data.md has one to copy`);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the folders are the list
  const { dataset } = require(`./${folder}`) as { dataset?: DatasetModule };
  if (dataset === undefined)
    throw new Refused(`${file} must export \`dataset\`, a DatasetModule of datasets/module.ts`);
  return dataset;
}
