/** Days and months `YYYY-MM` of a range, and how people write them. */
import { addDays, type DayRange, isDay } from '../../lib/shared/days';

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
  return isDay(text.length === 7 ? `${text}-01` : text);
}
