/** UTC days `YYYY-MM-DD` and months `YYYY-MM` as text; both sort as they follow each other. */

/** Half-open: `end` is the first day that does not belong to it. */
export interface DayRange {
  start: string;
  end: string;
}

const DAY_MS = 86_400_000;

export const addDays = (day: string, count: number): string =>
  new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);

export const monthOf = (day: string): string => day.slice(0, 7);

export function nextMonth(month: string): string {
  const first = new Date(`${month}-01`);
  first.setUTCMonth(first.getUTCMonth() + 1);
  return first.toISOString().slice(0, 7);
}

export function* daysOf({ start, end }: DayRange): Generator<string> {
  for (let day = start; day < end; day = addDays(day, 1)) yield day;
}

/** Every month that has a day in the range. */
export function* monthsOf({ start, end }: DayRange): Generator<string> {
  for (let month = monthOf(start); `${month}-01` < end; month = nextMonth(month)) yield month;
}

/**
 * `2013-04`, `2013-04..2013-06`, `2013-04-01` or `2013-04-01..2013-04-07`, both ends included as people say it.
 * @throws Error with the forms that are understood
 */
export function parseRange(text: string): DayRange {
  const [from, to = from, ...rest] = text.split('..');
  if (
    rest.length > 0 ||
    from === undefined ||
    to === undefined ||
    !isDayOrMonth(from) ||
    !isDayOrMonth(to) ||
    from.length !== to.length
  )
    throw new Error(
      `${JSON.stringify(text)} is not a month or a range of days: write 2013-04, 2013-04..2013-06 or 2013-04-01..2013-04-07`,
    );
  const isMonth = from.length === 7;
  const range = isMonth ? { start: `${from}-01`, end: `${nextMonth(to)}-01` } : { start: from, end: addDays(to, 1) };
  if (range.start >= range.end) throw new Error(`${text} ends before it starts: write ${to}..${from}`);
  return range;
}

/** @throws Error when `text` is not a day of the calendar */
export function parseDay(text: string): string {
  if (text.length !== 10 || !isDayOrMonth(text))
    throw new Error(`${JSON.stringify(text)} is not a day: write YYYY-MM-DD, for example 2013-04-01`);
  return text;
}

function isDayOrMonth(text: string): boolean {
  if (!/^\d{4}-\d\d(-\d\d)?$/.test(text)) return false;
  const day = text.padEnd(10, '-01');
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
