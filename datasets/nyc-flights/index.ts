/** The 2013 flights out of New York for the kit's commands; `npm run setup` downloads the raw files. */
import { CsvSource } from '../csv-source';
import type { DatasetModule } from '../module';
import { labelRule } from './labels';
import { story } from './story';

export const dataset: DatasetModule = {
  story,
  open: (declared, folder) => new CsvSource(declared, labelRule, folder, 'run `npm run setup`, which fetches it'),
};
