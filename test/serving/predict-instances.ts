import fc from 'fast-check';
import { records } from '../support/records';
import type { Instance } from '../../lambda/serving/predict/validate';

interface Column {
  name: string;
  type: string;
  min?: number;
  max?: number;
  pattern?: string;
  nullable?: boolean;
}

export const columns: Column[] = records.features.columns;

const timestamp = fc
  .date({
    min: new Date(`${Number(records.since.slice(0, 4)) - 1}-01-01T00:00:00Z`),
    max: new Date(Date.UTC(new Date().getUTCFullYear() + 2, 11, 31, 23, 59, 59)),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().replace(/\.\d+Z$/, 'Z'));

function value({ type, min, max, pattern }: Column): fc.Arbitrary<string | number> {
  if (type === 'timestamp') return timestamp;
  if (type === 'string') return pattern === undefined ? fc.string() : fc.stringMatching(new RegExp(pattern));
  if (type === 'int') return fc.integer({ min, max });
  return fc.double({ min, max, noNaN: true });
}

/** Any instance that the schema allows. */
export const validInstance: fc.Arbitrary<Instance> = fc.record(
  Object.fromEntries(
    columns.map((column) => [
      column.name,
      column.nullable === true ? fc.option(value(column), { nil: null }) : value(column),
    ]),
  ),
);

/** A column of the schema and a value that it forbids; `undefined` stands for a missing key. */
export const forbidden: fc.Arbitrary<{ column: string; value: unknown }> = fc
  .constantFrom(...columns)
  .chain((column) => {
    const wrong: fc.Arbitrary<unknown>[] = [fc.constantFrom(undefined, true, [], {})];
    if (column.nullable !== true) wrong.push(fc.constant(null));
    if (column.type === 'timestamp')
      wrong.push(fc.constantFrom('2013-02-30T10:00:00Z', '2013-02-03 10:00:00', '2013-02-03T10:00:00+01:00', 0));
    else if (column.type === 'string') {
      wrong.push(fc.integer());
      if (column.pattern !== undefined)
        wrong.push(fc.string().filter((text) => !new RegExp(column.pattern!).test(text)));
    } else {
      wrong.push(fc.constantFrom('1', Infinity, NaN));
      if (column.type === 'int') wrong.push(fc.constantFrom(column.min! + 0.5));
      if (column.min !== undefined) wrong.push(fc.integer({ min: 1, max: 1e6 }).map((below) => column.min! - below));
      if (column.max !== undefined) wrong.push(fc.integer({ min: 1, max: 1e6 }).map((above) => column.max! + above));
    }
    return fc.oneof(...wrong).map((value) => ({ column: column.name, value }));
  });

/** A row as the Glue job writes it. */
export const row: Instance = {
  record_key: 'UA-1545',
  happened_at: '2013-09-01T13:15:00Z',
  region: 'EWR',
  place: 'IAH',
  remark: 'none',
  hour: 9,
  size: 149,
  temp: 75.92,
  share: null,
};
