/** Converts a run of SageMaker Model Monitor to the kit's own terms: pure functions of the service's output. */
import type { Config } from '../../../lib/config';
import { featuresOf } from '../../../lib/shared/dataset';
import { addDays, DAY_MS, type DayRange } from '../../../lib/shared/days';
import { dataset } from '../../../lib/shared/declared';
import { checks, statuses } from '../../../lib/monitoring/room';
import { type ManagedMonitor, managedMonitors, monitoringSchedule } from '../../../lib/serving/room';
import { windowAt } from '../../shared/event';

export type ManagedConfig = Pick<Config['monitoring'], 'confirm' | 'minRecords'> & Pick<Config['labels'], 'delayDays'>;

/** `constraint_violations.json`. */
export interface Violations {
  violations: { feature_name: string; constraint_check_type: string; description: string }[];
}

export interface Violation {
  feature: string;
  check: string;
  description: string;
  retrain: boolean;
}

export interface Verdict {
  /** A value of `statuses`. */
  status: string;
  /** Violations that may start a retraining; `reported` ones are for people. */
  violations: Violation[];
  reported: Violation[];
  /** The `reported` violations that raise an alarm because the data is invalid. */
  faults: Violation[];
  confirmed: boolean;
}

/** Drift checks may start a retraining. Completeness and types do not: a new model would learn from damaged data. */
const DRIFT_CHECKS = new Set([checks.baselineDrift, checks.categoricalValues]);
const watched = new Set(
  featuresOf(dataset)
    .filter(({ monitor }) => monitor === 'retrain')
    .map(({ name }) => name),
);

/** The kit's monitor of a schedule; undefined for a foreign schedule. */
export const monitorOf = (kit: string, scheduleArn: string): ManagedMonitor | undefined =>
  managedMonitors.find((name) => scheduleArn.endsWith(`/${monitoringSchedule(kit, name)}`));

/**
 * The analysed days, from the environment of the analysis job.
 * @throws Error when it is missing, Refusal when it has no days in order
 */
export function windowOf(environment: Record<string, string> | undefined, now: string): DayRange {
  const { start_time: start, end_time: end } = environment ?? {};
  if (start === undefined || end === undefined)
    throw new Error(
      `the processing job's environment has no start_time and end_time but ${Object.keys(environment ?? {}).join(', ')}`,
    );
  return windowAt('the analysed window', { start: start.slice(0, 10), end: end.slice(0, 10) }, now);
}

/** Judges a data-quality run. Model Monitor has no confirmation, so k of n is counted here over the statuses of earlier runs. */
export function judge(
  records: number,
  { violations }: Violations,
  earlier: readonly string[],
  config: Pick<ManagedConfig, 'confirm' | 'minRecords'>,
): Verdict {
  // A watched column without values has no distance, and few values are no sample, so the loss of a column is reported to people.
  const lost = new Set(
    violations
      .filter((one) => watched.has(one.feature_name) && one.constraint_check_type === checks.completeness)
      .map(({ feature_name }) => feature_name),
  );
  const all = violations.map(({ feature_name: feature, constraint_check_type: check, description }) => ({
    feature,
    check,
    description,
    retrain: watched.has(feature) && DRIFT_CHECKS.has(check) && !lost.has(feature),
  }));
  const reported = all.filter(({ retrain }) => !retrain);
  const faults = reported.filter(({ feature, check }) => lost.has(feature) && check === checks.completeness);
  // Too few records is a status of its own, never "no drift".
  if (!(records >= config.minRecords))
    return { status: statuses.tooFewRecords, violations: [], reported, faults, confirmed: false };
  const drift = all.filter(({ retrain }) => retrain);
  const status = drift.length > 0 ? statuses.violations : faults.length > 0 ? statuses.dataFaults : statuses.completed;
  const votes = [status, ...earlier].filter((one) => one === statuses.violations).length;
  return {
    status,
    violations: drift,
    reported,
    faults,
    confirmed: status === statuses.violations && votes >= config.confirm.k,
  };
}

/** Ends of the n - 1 windows before, each a day long like Model Monitor's. */
export const endsBefore = ({ end }: DayRange, { n }: { n: number }): string[] =>
  Array.from({ length: n - 1 }, (_, i) => addDays(end, -(i + 1)));

/** The days on which labels of events in `[from, to)` were collected. */
export function collectionDays(from: string, to: string, delayDays: number): string[] {
  const count = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS));
  return Array.from({ length: count }, (_, i) => addDays(from, i + delayDays));
}
