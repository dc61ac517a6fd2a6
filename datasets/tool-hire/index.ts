/** A small synthetic tool hire, partitioned by day, closed on Sundays and holidays, with few damaged returns. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CsvSource } from '../csv-source';
import type { DatasetModule } from '../module';
import { generate } from './generate';
import { labelRule } from './labels';
import { story } from './story';

export const dataset: DatasetModule = {
  story,
  open(declared) {
    const folder = mkdtempSync(join(tmpdir(), 'tool-hire-'));
    try {
      for (const [table, text] of Object.entries(generate())) writeFileSync(join(folder, `${table}.csv`), text);
      return new CsvSource(declared, labelRule, folder, 'the generator writes it');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
