/** What `datasets/<name>/index.ts` exports as `dataset`, and how the commands come by it. */
import { join } from 'node:path';
import type { Dataset } from '../lib/shared/dataset-file';
import { datasetOf } from '../lib/shared/datasets';
import type { DataSource } from './data-source';

export interface DatasetModule {
  /**
   * Opens the raw data.
   * @param folder where the set-up puts raw files that it fetches
   * @throws Error naming what is missing, and what brings it
   */
  open(declared: Dataset, folder: string): DataSource;
}

/** The raw data of a dataset. */
export function openSource(name: string): DataSource {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the folders are the list
  const { dataset } = require(`./${name}`) as { dataset: DatasetModule };
  return dataset.open(datasetOf(name), join(__dirname, '../.toolchain/data', name));
}
