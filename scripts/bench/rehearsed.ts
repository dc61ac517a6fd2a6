/** Rehearsals started like a user does, and the times in their folders. */
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../shared/cdk';
import type { Evidence } from '../rehearse/evidence';
import { type Timing, timingsOf } from '../rehearse/timings';
import type { Summary } from '../rehearse/verify';
import { ended } from './child';
import { median } from './median';

export interface Rehearsed {
  /** Wall time of the whole command. */
  seconds: number;
  summary: Summary;
  evidence: Evidence;
  timings: Timing[];
}

/** @param args options of `npm run rehearse` @throws Error when the rehearsal does not pass */
export function rehearsed(...args: string[]): Rehearsed {
  const started = new Date().toISOString();
  const { seconds } = ended('npm', ['run', '--silent', 'rehearse', '--', ...args]);
  const runDir = realpathSync(join(ROOT, '.rehearsal/latest'));
  const read = <T>(file: string) => JSON.parse(readFileSync(join(runDir, file), 'utf8')) as T;
  const summary = read<Summary>('summary.json');
  if ((summary.startedAt ?? '') < started)
    throw new Error(`${runDir} is not the run that was measured: it began ${summary.startedAt}, before ${started}`);
  return { seconds, summary, evidence: read<Evidence>('evidence.json'), timings: timingsOf(runDir) };
}

/** The median of all parts of that name. */
export function partSeconds(timings: readonly Timing[], name: string): number {
  const found = timings.filter((timing) => timing.name === name).map(({ seconds }) => seconds);
  if (found.length === 0) throw new Error(`the run has no part "${name}" in its timings.jsonl`);
  return median(found);
}

/** The Glue job of a single month, each in its own JVM: the first execution is left out, because it prepares the whole history. */
export function glueSeconds({ machines }: Pick<Evidence, 'machines'>): number {
  const runs = machines.prepare.slice(1).map(({ name, states }) => {
    const at = states.findIndex((state) => state.name === 'RunJob');
    const [entered, left] = [states[at], states[at + 1]];
    if (at < 0 || entered === undefined || left === undefined)
      throw new Error(`execution ${name} of Prepare has no state RunJob that was left again`);
    return (Date.parse(left.at) - Date.parse(entered.at)) / 1000;
  });
  if (runs.length === 0) throw new Error('the run prepared nothing after its history');
  return median(runs);
}
