import type { LabelRule } from '../../../datasets/data-source';
import { rowOf } from '../../../datasets/csv-source';
import { datasetOf } from '../../../lib/shared/datasets';

// The import has a name that the compiler does not follow, so that the kit compiles without the flights, too.
const name: string = '../../../datasets/nyc-flights/labels';

const { labelRule } = require(name) as { labelRule: LabelRule };

const dataset = datasetOf('nyc-flights');
const header = dataset.raw.flights!.columns.map(({ name }) => name).join(',');
const row = (line: string) => rowOf(header, line);

const onTime = row('2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z');
const late = row('2013,1,31,2301,2259,2,23,8,15,B6,8,N1,JFK,PWM,50,273,22,59,2013-02-01T03:00:00Z');
const cancelled = row('2013,1,1,,1630,,,1815,,EV,4308,,EWR,RDU,,416,16,5,2013-01-01T21:00:00Z');
const diverted = row('2013,1,1,1525,1530,-5,1934,1805,,MQ,4525,N719MQ,LGA,XNA,,1147,15,30,2013-01-01T20:00:00Z');

test('a flight is known by carrier, number, origin and scheduled departure in UTC', () => {
  expect(labelRule.id(onTime)).toBe('UA-1545-EWR-20130101T1015');
  expect(labelRule.id(cancelled)).toBe('EV-4308-EWR-20130101T2105');
  const pattern = new RegExp(dataset.features.columns.find(({ role }) => role === 'id')!.pattern!);
  for (const flight of [onTime, late, cancelled, diverted]) expect(labelRule.id(flight)).toMatch(pattern);
});

test('late from 15 minutes on; no label where the flight did not arrive', () => {
  expect([onTime, late, cancelled, diverted].map(labelRule.values)).toEqual([[0, 11], [1, 15], undefined, undefined]);
});
