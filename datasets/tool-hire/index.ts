/** A made-up tool hire, from a seed: small, by day, closed on Sundays and holidays, and nearly everything comes back whole. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CsvSource } from '../csv-source';
import type { LabelRule } from '../data-source';
import type { DatasetModule } from '../module';
import { generate } from './generate';

const labelRule: LabelRule = {
  id: ({ depot, hire_number }) => `${depot}-${Number(hire_number)}`,
  values({ state_returned: state = '' }) {
    if (state === '') return undefined;
    if (!['ok', 'damaged', 'lost'].includes(state))
      throw new Error(`state_returned must be ok, damaged or lost, not "${state}"`);
    return [state === 'ok' ? 0 : 1];
  },
};

export const dataset: DatasetModule = {
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
