/** UTC days `YYYY-MM-DD` as text, which sort as they follow each other. */

export const DAY_MS = 86_400_000;

/** Half-open: `end` is exclusive. */
export interface DayRange {
  start: string;
  end: string;
}

export const addDays = (day: string, count: number): string =>
  new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);

/** Whether the text is a UTC time `YYYY-MM-DDTHH:MM:SSZ`. */
export const isTime = (text: unknown): text is string =>
  typeof text === 'string' && /^.{10}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(text) && isDay(text.slice(0, 10));

/** Whether the text is a calendar day; `Date` alone turns 30 February into a day of March. */
export function isDay(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
