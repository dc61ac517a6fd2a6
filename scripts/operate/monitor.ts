import { statuses } from '../../lib/monitoring/room';
import type { DayRange } from '../../lib/shared/days';
import type { DeployedKit } from './deployed-kit';
import { Refused } from '../../lib/shared/refused';
import { run } from './executions';
import { readUri } from './objects';
import type { Out } from '../shared/out';

/** The parts of outcome.json that are printed; docs/contracts.md describes all of it. */
export interface WindowOutcome {
  window: DayRange;
  /** ARN of the measured model package. */
  champion: string;
  status: string;
  confirmed: boolean;
  records: number;
  labelCoverage: number;
  violations: { feature: string; check: string; value: number; threshold: number }[];
  quality: { measure: string; score: number; ruleScore: number } | null;
  outcomeUri: string;
}

/**
 * Runs Monitor over a window of event time and reads its outcome.
 * @param captured days of the replay, for an endpoint that captures: its records lie under these days. @default the window
 * @throws Error when no model serves, or when Monitor fails
 */
export async function monitor(
  kit: DeployedKit,
  window: DayRange,
  out: Out,
  captured?: DayRange,
): Promise<WindowOutcome> {
  if (window.start >= window.end)
    throw new Refused(
      `the window ${window.start} to ${window.end} holds no day: its end is the first day after it; write ${window.end} ${window.start} if they are swapped`,
    );
  const input = {
    windowStart: window.start,
    windowEnd: window.end,
    capturedStart: captured?.start,
    capturedEnd: captured?.end,
  };
  const { output } = await run(kit, 'monitor', input, out);
  const { status, outcomeUri } = output as { status: string; outcomeUri: string };
  if (status === statuses.noChampion)
    throw new Error(`monitor ended ${status} for ${window.start} to ${window.end}: train and release a model first`);
  const outcome = { ...(await readUri<WindowOutcome>(kit, outcomeUri)), outcomeUri };
  const found = outcome.violations.map(
    ({ feature, check, value, threshold }) =>
      `${feature} ${check} gives ${value.toFixed(3)}, the constraint is ${threshold.toFixed(3)}`,
  );
  out.line(
    `${window.start} to ${window.end}: ${status}, ${outcome.records} records${outcome.confirmed ? ', confirmed' : ''}${found.map((each) => `\n  ${each}`).join('')}`,
  );
  return outcome;
}
