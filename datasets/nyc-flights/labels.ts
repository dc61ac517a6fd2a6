/** Which raw row becomes which label: late from 15 minutes after the scheduled arrival on. */
import type { LabelRule, Row } from '../data-source';
import { labels } from './dataset.json';

export const labelRule: LabelRule = {
  /** Carrier, number, origin and scheduled departure in UTC, as in features.py. Numbers are compared as numbers: 0045 is 45. */
  id(row: Row): string {
    const hour = row.time_hour!.slice(0, 13).replaceAll('-', '');
    const minute = String(whole(row, 'minute')).padStart(2, '0');
    return `${row.carrier}-${whole(row, 'flight')}-${row.origin}-${hour}${minute}`;
  },

  /** Cancelled and diverted flights never arrive: none of them gets a label. */
  values(row: Row): readonly number[] | undefined {
    const text = row.arr_delay!.trim();
    if (row.dep_time === '' || text === '') return undefined;
    const delay = Number(text);
    if (!Number.isFinite(delay)) throw new Error(`arr_delay must be a number of minutes, not "${row.arr_delay}"`);
    return [delay >= labels.parameters.lateMinutes ? 1 : 0, delay];
  },
};

function whole(row: Row, column: string): number {
  const value = Number(row[column]);
  if (row[column]!.trim() === '' || !Number.isInteger(value))
    throw new Error(`${column} must be a whole number, not "${row[column]}"`);
  return value;
}
