import fc from 'fast-check';
import { addDays } from '../../lib/shared/days';
import {
  daysOf,
  nextPartition,
  parseDay,
  parseRange,
  partitionsOf,
  rangeText,
  windowsOf,
} from '../../scripts/operate/days';

test.each([
  ['2013-04', { start: '2013-04-01', end: '2013-05-01' }],
  ['2013-11..2013-12', { start: '2013-11-01', end: '2014-01-01' }],
  ['2013-02-28', { start: '2013-02-28', end: '2013-03-01' }],
  ['2013-04-01..2013-04-07', { start: '2013-04-01', end: '2013-04-08' }],
])('%s is understood', (text, range) => expect(parseRange(text)).toEqual(range));

test.each([
  '2013',
  '2013-13',
  '2013-02-30',
  '2013-04..2013-05-01',
  '2013-04..',
  'April',
  '',
  '2013-04..2013-05..2013-06',
  '0000-01',
  '9999-12',
  '9999-12-31',
])('%j is refused with the forms that are understood', (text) =>
  expect(() => parseRange(text)).toThrow('write YYYY-MM, YYYY-MM..YYYY-MM'),
);

test('a range that ends before it starts is refused', () => {
  expect(() => parseRange('2013-06..2013-04')).toThrow('write 2013-04..2013-06');
});

test('a day is refused when the calendar does not have it', () => {
  expect(parseDay('2013-02-28')).toBe('2013-02-28');
  expect(() => parseDay('2013-02-29')).toThrow('"2013-02-29" is not a day');
  expect(() => parseDay('2013-02')).toThrow('is not a day');
});

const byMonth = { partition: 'month' } as const;

test('the partitions of a range are those that its days have', () => {
  const day = fc.integer({ min: 0, max: 800 }).map((offset) => addDays('2013-01-01', offset));
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 200 }), (start, length) => {
      const range = { start, end: addDays(start, length) };
      const days = [...daysOf(range)];
      expect(days).toHaveLength(length);
      expect([...partitionsOf(byMonth, range)]).toEqual([...new Set(days.map((each) => each.slice(0, 7)))]);
      // What is written is read again, and holds the range.
      const { start: from, end: to } = parseRange(rangeText(byMonth, range));
      expect(from <= range.start && to >= range.end).toBe(true);
    }),
  );
});

test('the month after December is January', () => expect(nextPartition(byMonth, '2013-12')).toBe('2014-01'));

test('windows lie wholly in the range and follow each other', () => {
  expect(windowsOf({ start: '2013-04-01', end: '2013-04-20' }, 7)).toEqual([
    { start: '2013-04-01', end: '2013-04-08' },
    { start: '2013-04-08', end: '2013-04-15' },
  ]);
});

test('a dataset by day has days for partitions', () => {
  const [byDay, range] = [{ partition: 'day' } as const, { start: '2020-02-28', end: '2020-03-02' }];
  expect([...partitionsOf(byDay, range)]).toEqual(['2020-02-28', '2020-02-29', '2020-03-01']);
  expect(rangeText(byDay, range)).toBe('2020-02-28..2020-03-01');
  expect(nextPartition(byDay, '2020-02-29')).toBe('2020-03-01');
});
