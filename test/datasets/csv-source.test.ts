import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CsvSource, readTable, rowOf } from '../../datasets/csv-source';
import type { LabelRule } from '../../datasets/data-source';
import type { Dataset, RawTable } from '../../lib/shared/dataset-file';

const column = (name: string, more: object = {}) => ({ name, type: 'string' as const, meaning: name, ...more });
const shops: RawTable = {
  role: 'reference',
  meaning: 'shops',
  key: ['shop'],
  columns: [column('shop', { pattern: '^[A-Z]{2}$' }), column('name')],
};
const sales: RawTable = {
  role: 'events',
  meaning: 'sales',
  time: 'sold_at',
  columns: [column('sold_at', { type: 'timestamp' }), column('shop'), column('paid')],
};
const dataset = {
  partition: 'month',
  missing: ['NA'],
  raw: { sales, shops },
  features: { columns: [column('sale', { role: 'id', pattern: '^[A-Z,]{2,3}-.*Z$' })] },
  labels: {
    columns: [column('sale', { role: 'id' }), column('paid', { role: 'label', type: 'int', min: 0, max: 9 })],
  },
} as unknown as Dataset;

const rule: LabelRule = {
  id: ({ sold_at, shop }) => `${shop}-${sold_at}`,
  values({ paid }) {
    if (paid === '') return undefined;
    if (!/^\d+$/.test(paid!)) throw new Error(`paid must be a number, not "${paid}"`);
    return [Number(paid)];
  },
};

describe('a table', () => {
  const rows = (text: string, missing?: string[]) => readTable(text, 'shops.csv', shops, missing).rows;

  test('has words for "missing" emptied, except where the pattern of a column takes the word for a code', () => {
    expect(rows('shop,name\nNA,NA\nXX,NANA\n', ['NA'])).toEqual(['NA,', 'XX,NANA']);
    expect(rows('shop,name\nNA,NA\n')).toEqual(['NA,NA']);
  });

  test('may quote fields, begin with a byte order mark, end its lines with CR and have blank lines', () => {
    expect(rows('\uFEFFshop,name\r\n"AA","Ann ""A"", Inc."\r\n\r\nBB,"two\nlines"\r\n')).toEqual([
      'AA,"Ann ""A"", Inc."',
      'BB,two lines',
    ]);
    expect(rowOf('shop,name', 'AA,"Ann ""A"", Inc."')).toEqual({ shop: 'AA', name: 'Ann "A", Inc.' });
  });

  test.each([
    [
      'code,name\nUA,U\n',
      'shops.csv line 1 is not the header that dataset.json declares: column 1 is "code" and must be "shop". It must be shop,name',
    ],
    ['shop\nAA\n', 'column 2 is absent and must be "name"'],
    ['shop,name,more\n', 'column 3 is "more" and must be absent'],
    ['shop;name\n', 'column 1 is "shop;name" and must be "shop". Fields are separated by commas'],
    ['shop,name\nAA,A\nBB\n', 'shops.csv line 3 has 1 fields, the header 2'],
    ['shop,name\nAA,"A"\nBB,B,B\n', 'shops.csv line 3 has 3 fields, the header 2'],
    ['shop,name\nAA,"A\n', 'shops.csv is no CSV'],
    ['shop,name\nAA,A\nBB,caf\uFFFD\n', 'shops.csv line 3 is not UTF-8'],
    ['shop,name\nAA,A\nshop;name\n', 'shops.csv line 3 has 1 fields'],
    ['', 'shops.csv is empty: its first line must be shop,name'],
  ])('is refused with file and line: %j', (text, message) => {
    expect(() => rows(text)).toThrow(message);
  });
});

describe('a folder of CSV files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'csv-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const open = () => new CsvSource(dataset, rule, folder, 'run what brings it');
  const put = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);

  test('that lacks a file names it and what brings it', () => {
    expect(open).toThrow(/sales\.csv is missing: run what brings it/);
  });

  test('is cut by UTC month, reference tables coming whole, and gives the labels of a day', () => {
    const [a, b, c] = ['2013-01-31T23:00:00Z,AA,1', '2013-02-01T00:00:00Z,"B,B",2', '2013-02-01T01:00:00Z,AA,NA'];
    put('sales.csv', 'sold_at,shop,paid', a, b, c, ',AA,1', '2013-02-01,AA,1', '2013-02-02T00:00:00Z,AA,much');
    put('shops.csv', 'shop,name', 'AA,Ann');
    const source = open();
    expect(source.tables('2013-01').get('sales')!.rows).toEqual([a]);
    const february = source.tables('2013-02');
    expect([...february.keys()]).toEqual(['sales', 'shops']);
    expect(february.get('sales')!.rows.slice(0, 2)).toEqual([b, '2013-02-01T01:00:00Z,AA,']);
    expect(february.get('shops')!.rows).toEqual(['AA,Ann']);
    expect(source.labels('2013-02-01')).toEqual({
      labels: [{ id: 'B,B-2013-02-01T00:00:00Z', values: [2] }],
      refused: [],
    });
    expect(source.labels('2013-02-02').refused).toEqual([
      'paid must be a number, not "much": 2013-02-02T00:00:00Z,AA,much',
    ]);
    expect(source.labels('2013-03-01')).toEqual({ labels: [], refused: [] });
    expect(source.remarks).toEqual([
      '2 of 6 rows of sales.csv belong to no month and are not loaded: sold_at must be YYYY-MM-DDTHH:MM:SSZ, but is "", "2013-02-01"',
    ]);
    expect(() => source.tables('2014-05')).toThrow(
      'there are no events in 2014-05: the data holds 2013-01-31 to 2013-02-02',
    );
  });

  test('delivers no label that nobody could read, and says what the rule gives', () => {
    put('sales.csv', 'sold_at,shop,paid', '2013-01-31T23:00:00Z,AA,1');
    const refused = (wrong: Partial<LabelRule>) =>
      new CsvSource(dataset, { ...rule, ...wrong }, folder, '').labels('2013-01-31').refused[0];
    expect(refused({})).toBeUndefined();
    const id = 'the label rule gives the id "AA 31", which must match ^[A-Z,]{2,3}-.*Z$';
    expect(refused({ id: () => 'AA 31' })).toContain(id);
    expect(refused({ id: () => undefined as never })).toContain('the label rule gives the id undefined');
    for (const value of [10, -1, 0.5, NaN, true as never])
      expect(refused({ values: () => [value] })).toContain(`gives paid ${value}, which must be int from 0 to 9`);
    expect(refused({ values: () => [1, 2] })).toContain('gives 2 values, dataset.json declares 1');
  });

  test('without a row that has a time holds nothing', () => {
    put('sales.csv', 'sold_at,shop,paid', '2013-01-31,AA,1');
    expect(() => open().tables('2013-01')).toThrow('the data holds no event with a time');
  });

  test('is cut by day where the partitions are days', () => {
    put('sales.csv', 'sold_at,shop,paid', '2013-01-31T23:00:00Z,AA,1');
    const source = new CsvSource({ ...dataset, partition: 'day' }, rule, folder, '');
    expect(source.tables('2013-01-31').get('sales')!.rows).toHaveLength(1);
    expect(() => source.tables('2013-01-30')).toThrow('there are no events in 2013-01-30');
  });
});
