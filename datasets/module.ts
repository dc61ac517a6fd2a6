/** What `datasets/<name>/index.ts` exports as `dataset`, and how the commands come by it. */
import { join } from 'node:path';
import type { Dataset } from '../lib/shared/dataset-file';
import { datasetOf } from '../lib/shared/datasets';
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

/** The days that rehearsals play. */
export const storyOf = (name: string): Story => moduleOf(name).story;

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the folders are the list
const moduleOf = (name: string) => (require(`./${name}`) as { dataset: DatasetModule }).dataset;
