import fc from 'fast-check';
import dataset from '#dataset';
import type { Instance } from '../../lambda/serving/predict/validate';

interface Column {
  name: string;
  type: string;
  min?: number;
  max?: number;
  pattern?: string;
  nullable?: boolean;
}

export const columns: Column[] = dataset.features.columns;

const timestamp = fc
  .date({
    min: new Date(`${Number(dataset.since.slice(0, 4)) - 1}-01-01T00:00:00Z`),
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

/** A flight as the Glue job writes it. */
export const flight: Instance = {
  flight_key: 'UA-1545-EWR-20130901T1315',
  scheduled_departure: '2013-09-01T13:15:00Z',
  carrier: 'UA',
  origin: 'EWR',
  dest: 'IAH',
  sched_hour: 9,
  sched_minute: 15,
  day_of_week: 7,
  distance_miles: 1400,
  block_minutes: 234,
  scheduled_departures: 21,
  plane_age_years: 14,
  seats: 149,
  temp_f: 75.92,
  dew_point_f: 71.06,
  humidity_percent: 84.94,
  wind_speed_mph: 3.45,
  precip_inches: 0,
  pressure_mb: 1013.2,
  visibility_miles: 9,
  mean_delay_h2: -2.5,
  late_share_h2: 0.05,
  departures_h2: 20,
  mean_delay_h3: null,
  late_share_h3: null,
  departures_h3: 0,
};
