/** Labels of raw rows: a flight is late from 15 minutes after the scheduled arrival. */
import type { LabelRule } from '../data-source';
import { labels } from './dataset.json';

export const labelRule: LabelRule = {
  /** Carrier, number, origin and scheduled departure in UTC, as in features.py. Numbers are parsed: 0045 is 45. */
  id({ carrier, flight, origin, time_hour, minute }) {
    const hour = time_hour!.slice(0, 13).replaceAll('-', '');
    return `${carrier}-${Number(flight)}-${origin}-${hour}${String(Number(minute)).padStart(2, '0')}`;
  },

  /** Cancelled and diverted flights have no arrival, so they get no label. */
  values({ dep_time, arr_delay }) {
    if (dep_time === '' || arr_delay === '') return undefined;
    return [Number(arr_delay) >= labels.parameters.lateMinutes ? 1 : 0, Number(arr_delay)];
  },
};
