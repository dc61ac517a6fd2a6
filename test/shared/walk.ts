import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from './json';

export type Answer = { result: unknown } | { error: string; cause?: string };

export interface Walk {
  path: string[];
  calls: { state: string; resource: string; arguments: Json }[];
  output?: Json;
  error?: { Error: string; Cause: string };
}

const python = join(__dirname, '../../.toolchain/python/bin/python');

/**
 * Walks a definition with scripted answers of its tasks; a state without one answers `{}`.
 * @throws Error when the walker itself fails
 */
export function walk(definition: unknown, input: unknown, answers: Record<string, Answer[]>): Walk {
  if (!existsSync(python)) throw new Error(`${python} is missing: run npm run setup`);
  const request = JSON.stringify({ definition, input, answers });
  const { stdout, stderr, status } = spawnSync(python, [join(__dirname, 'walk.py')], {
    input: request,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Walk;
}

/** An answer of s3:getObject. */
export const object = (content: unknown): Answer => ({ result: { Body: JSON.stringify(content) } });

export const calledWith = ({ calls }: Walk, state: string): Json =>
  calls.find((call) => call.state === state)?.arguments;
