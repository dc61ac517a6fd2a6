/** Days and partitions of a range, and their text form. */
import type { Dataset } from '../../lib/shared/dataset-file';
import { addDays, type DayRange, isDay } from '../../lib/shared/days';

type Partitioned = Pick<Dataset, 'partition'>;

/** The partition of a day: its month `YYYY-MM`, or the day itself. */
export const partitionOf = ({ partition }: Partitioned, day: string): string =>
  day.slice(0, partition === 'month' ? 7 : 10);

/** The first day after a month or day. */
export function endOf(partition: string): string {
  if (partition.length === 10) return addDays(partition, 1);
  const first = new Date(`${partition}-01`);
  first.setUTCMonth(first.getUTCMonth() + 1);
  return first.toISOString().slice(0, 10);
}

export const nextPartition = (dataset: Partitioned, partition: string): string =>
  partitionOf(dataset, endOf(partition));

export function* daysOf({ start, end }: DayRange): Generator<string> {
  for (let day = start; day < end; day = addDays(day, 1)) yield day;
}

/** Every partition that has a day in the range. */
export function* partitionsOf(dataset: Partitioned, { start, end }: DayRange): Generator<string> {
  for (let partition = partitionOf(dataset, start); ; partition = nextPartition(dataset, partition)) {
    yield partition;
    if (endOf(partition) >= end) return;
  }
}

/** The partitions of a range as `parseRange` reads them. */
export function rangeText(dataset: Partitioned, { start, end }: DayRange): string {
  const [first, last] = [start, addDays(end, -1)].map((day) => partitionOf(dataset, day));
  return first === last ? first! : `${first}..${last}`;
}

/** Windows of so many days that lie completely in the range. */
export function windowsOf({ start, end }: DayRange, length: number): DayRange[] {
  const windows: DayRange[] = [];
  for (let day = start; addDays(day, length) <= end; day = addDays(day, length))
    windows.push({ start: day, end: addDays(day, length) });
  return windows;
}

/**
 * `2013-04`, `2013-04..2013-06`, `2013-04-01` or `2013-04-01..2013-04-07`, both ends included.
 * @throws Error with the accepted forms
 */
export function parseRange(text: string): DayRange {
  const [from = '', to = from, ...rest] = text.split('..');
  if (rest.length > 0 || !isDayOrMonth(from) || !isDayOrMonth(to) || from.length !== to.length)
    throw new Error(
      `${JSON.stringify(text)} is not a month or a range of days: write YYYY-MM, YYYY-MM..YYYY-MM, YYYY-MM-DD or YYYY-MM-DD..YYYY-MM-DD`,
    );
  const isMonth = from.length === 7;
  const range = { start: isMonth ? `${from}-01` : from, end: endOf(to) };
  if (range.start >= range.end) throw new Error(`${text} ends before it starts: write ${to}..${from}`);
  return range;
}

/** @throws Error when `text` is not a day of the calendar */
export function parseDay(text: string): string {
  if (text.length !== 10 || !isDayOrMonth(text))
    throw new Error(`${JSON.stringify(text)} is not a day: write YYYY-MM-DD`);
  return text;
}

/** The years that Prepare accepts: the first day of year 10000 has no sortable form. */
function isDayOrMonth(text: string): boolean {
  return /^(19|20|21)/.test(text) && isDay(text.length === 7 ? `${text}-01` : text);
}
