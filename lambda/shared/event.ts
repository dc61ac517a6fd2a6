/** Validates fields of events, because anybody with access to the bus can send an event under the same name. */
import { addDays, type DayRange, isDay, isTime } from '../../lib/shared/days';
import { names } from '../../lib/shared/names';
import { Refusal } from './refusal';

type Fields = Readonly<Record<string, unknown>>;

/** @throws Refusal unless it is an object */
export function fieldsAt(field: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(field, value, 'must be an object');
  return value as Fields;
}

/** @throws Refusal unless it is a non-empty text */
export function textAt(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Refusal(field, value, 'must be a text');
  return value;
}

/** @throws Refusal unless it is a whole number from 0 */
export function countAt(field: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new Refusal(field, value, 'must be a whole number from 0');
  return value as number;
}

/** Tolerance for differences between clocks. */
const HOUR_MS = 3_600_000;

/**
 * The time of an event, in UTC. The sender can choose it; a future time would be newer than all later events.
 * @throws Refusal
 */
export function timeAt(field: string, value: unknown, now: Date): string {
  if (!isTime(value)) throw new Refusal(field, value, 'must be a UTC time such as 2026-01-31T07:00:00Z');
  if (Date.parse(value) > now.getTime() + HOUR_MS)
    throw new Refusal(field, value, `must not be after now, ${now.toISOString()}`);
  return value;
}

/**
 * A window of days that had begun by `time`; a later one would be newer than every following window.
 * @throws Refusal unless both are days, in order
 */
export function windowAt(field: string, value: unknown, time: string): DayRange {
  const { start, end } = fieldsAt(field, value);
  if (!isDay(start)) throw new Refusal(`${field}.start`, start, 'must be a day YYYY-MM-DD');
  if (!isDay(end)) throw new Refusal(`${field}.end`, end, 'must be a day YYYY-MM-DD');
  if (start >= end) throw new Refusal(field, value, 'must end after it starts: end is the first day left out');
  const last = addDays(time.slice(0, 10), 1);
  if (end > last) throw new Refusal(`${field}.end`, end, `must not be after ${last}, the day after it was measured`);
  return { start, end };
}

/**
 * A version of a model package.
 * @returns its ARN, or undefined when the version belongs to another kit
 * @throws Refusal unless it is such an ARN
 */
export function versionAt(field: string, value: unknown, kit: string): string | undefined {
  // `String` is avoided: it fails for an object without toString, and accepts an array of one text.
  const text = typeof value === 'string' ? value : '';
  const [, group] = /^arn:[\w-]+:sagemaker:[\w-]+:\d{12}:model-package\/([\w-]+)\/\d+$/.exec(text) ?? [];
  if (group === undefined) throw new Refusal(field, value, 'must be the ARN of a version of a model package');
  return group === names.modelPackageGroup(kit) ? text : undefined;
}
