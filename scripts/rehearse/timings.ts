/** Durations of the parts of a run: `timings.jsonl` in its folder, one line per completed part. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonLines } from '../shared/json-file';

export interface Timing {
  readonly name: string;
  readonly startedAt: string;
  readonly seconds: number;
}

/** Runs a part under a name; a failed part is not recorded, because its short time would look like a fast one. */
export type Timed = <T>(name: string, part: () => Promise<T>) => Promise<T>;

const fileOf = (runDir: string) => join(runDir, 'timings.jsonl');

export function timedInto(runDir: string): Timed {
  return async (name, part) => {
    const startedAt = new Date().toISOString();
    const started = performance.now();
    const made = await part();
    const seconds = Math.round(performance.now() - started) / 1000;
    appendFileSync(fileOf(runDir), `${JSON.stringify({ name, startedAt, seconds } satisfies Timing)}\n`);
    return made;
  };
}

export const timingsOf = (runDir: string): Timing[] => readJsonLines(fileOf(runDir));
