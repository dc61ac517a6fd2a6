import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { flightKey, groundTruth, groundTruthFile } from '../../datasets/nyc-flights/labels';
import { FlightsSource } from '../../datasets/nyc-flights/source';
import { byTime, monthFiles, readTable, tableNames } from '../../scripts/data/tables';
import dataset from '#dataset';

const header = (name: keyof typeof dataset.raw) => dataset.raw[name].columns.map((column) => column.name).join(',');

const onTime = '2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z';
const late = '2013,1,31,2301,2259,2,23,8,15,B6,8,N1,JFK,PWM,50,273,22,59,2013-02-01T03:00:00Z';
const cancelled = '2013,1,1,NA,1630,NA,NA,1815,NA,EV,4308,NA,EWR,RDU,NA,416,16,5,2013-01-01T21:00:00Z';
const diverted = '2013,1,1,1525,1530,-5,1934,1805,NA,MQ,4525,N719MQ,LGA,XNA,NA,1147,15,30,2013-01-01T20:00:00Z';

const flights = readTable('flights', [header('flights'), onTime, late, cancelled, diverted, ''].join('\n'));

test("R's NA becomes an empty field, also twice in a row and at the end of a line", () => {
  expect(flights.rows[2]).toBe('2013,1,1,,1630,,,1815,,EV,4308,,EWR,RDU,,416,16,5,2013-01-01T21:00:00Z');
  const { rows } = readTable('airports', `${header('airports')}\nAAF,NANA Field,29.7,-85.0,20,-5,A,NA\n`);
  expect(rows).toEqual(['AAF,NANA Field,29.7,-85.0,20,-5,A,']);
});

test('a table with other columns is refused, naming both', () => {
  expect(() => readTable('airlines', 'code,name\nUA,United\n')).toThrow(
    'airlines.csv has the columns code,name; schema/dataset.json expects carrier,name',
  );
});

test('quoted fields are refused rather than split in the middle', () => {
  expect(() => readTable('airlines', 'carrier,name\nUA,"United, Inc."\n')).toThrow('quoted fields');
});

test('months and days are those of UTC, not the local columns', () => {
  const months = byTime('flights', flights.rows, 'month')!;
  expect([...months].map(([month, rows]) => [month, rows.length])).toEqual([
    ['2013-01', 3],
    ['2013-02', 1],
  ]);
  expect([...byTime('flights', flights.rows, 'day')!.keys()]).toEqual(['2013-01-01', '2013-02-01']);
  expect(byTime('airlines', ['UA,United'], 'month')).toBeUndefined();
});

test('the manifest holds rows, bytes and digest of what lands', () => {
  const airlines = readTable('airlines', 'carrier,name\nUA,United\nB6,JetBlue\n');
  const files = monthFiles('2013-01', new Map([['airlines', airlines]]));
  const body = Buffer.from('carrier,name\nUA,United\nB6,JetBlue\n');
  const key = 'tables/airlines/month=2013-01/airlines.csv';
  const sha256 = createHash('sha256').update(body).digest('hex');
  expect(files).toEqual([
    { body, entry: { partition: '2013-01', table: 'airlines', key, rows: 2, bytes: body.length, sha256 } },
  ]);
});

test('a flight is known by carrier, number, origin and scheduled departure in UTC', () => {
  expect(flightKey(onTime)).toBe('UA-1545-EWR-20130101T1015');
  expect(flightKey(cancelled)).toBe('EV-4308-EWR-20130101T2105');
  const pattern = new RegExp(dataset.features.columns.find((column) => column.role === 'id')!.pattern!);
  for (const row of flights.rows) expect(flightKey(row)).toMatch(pattern);
});

test('labels: late from 15 minutes on; none where the flight did not arrive', () => {
  expect(JSON.parse(groundTruth(onTime)!)).toEqual({
    groundTruthData: { data: '0,11.0', encoding: 'CSV' },
    eventMetadata: { eventId: 'UA-1545-EWR-20130101T1015' },
    eventVersion: '0',
  });
  expect(JSON.parse(groundTruth(late)!).groundTruthData.data).toBe('1,15.0');
  expect(flights.rows.slice(2).map(groundTruth)).toEqual([undefined, undefined]);
});

test('a day of collection brings one line a label', () => {
  const file = groundTruthFile('2013-01-03', flights.rows);
  expect(file.key).toBe('ground-truth/2013/01/03/00/labels.jsonl');
  expect(file.labels).toBe(2);
  expect(file.body).toBe(`${groundTruth(onTime)}\n${groundTruth(late)}\n`);
});

describe('the folder of CSV files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flights-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('that lacks a file names it and the command that brings it', () => {
    expect(() => new FlightsSource(folder)).toThrow(/flights\.csv is missing: run `npm run setup`/);
  });

  test('gives the tables of a month and the flights of a day', () => {
    for (const name of tableNames) writeFileSync(join(folder, `${name}.csv`), `${header(name)}\n`);
    writeFileSync(join(folder, 'flights.csv'), [header('flights'), onTime, late, cancelled, ''].join('\n'));
    writeFileSync(join(folder, 'airlines.csv'), 'carrier,name\nUA,United\n');
    const source = new FlightsSource(folder);
    const february = source.month('2013-02');
    expect([...february.keys()]).toEqual(['flights', 'weather', 'planes', 'airports', 'airlines']);
    expect(february.get('flights')!.rows).toEqual([late]);
    expect(february.get('airlines')!.rows).toEqual(['UA,United']);
    expect(source.flightsOn('2013-01-01')).toHaveLength(2);
    expect(source.flightsOn('2013-01-02')).toEqual([]);
    expect(() => source.month('2014-05')).toThrow(
      'there are no flights in 2014-05: the data holds 2013-01-01 to 2013-02-01',
    );
  });
});
