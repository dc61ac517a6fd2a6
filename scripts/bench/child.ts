/** Child processes of measurements, whose figures count only after exit code 0. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolchain } from '../rehearse/engine';
import { ROOT } from '../shared/cdk';

export interface Ended {
  stdout: string;
  seconds: number;
}

/** Runs a program to its end. @throws Error with the last lines and the log file when the exit code is not 0 */
export function ended(command: string, args: readonly string[], { cwd = ROOT, env = process.env } = {}): Ended {
  const started = performance.now();
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  });
  const seconds = (performance.now() - started) / 1000;
  if (error !== undefined) throw new Error(`${command} could not be started or read: ${error.message}`);
  if (status !== 0) {
    const log = join(ROOT, '.bench/failed.log');
    mkdirSync(join(ROOT, '.bench'), { recursive: true });
    writeFileSync(log, `${[command, ...args].join(' ')}\n\n${stdout}\n${stderr}`);
    const said = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
    throw new Error(
      `${command} ended with ${status ?? signal}; all of its output: ${log}\n${said.slice(-8).join('\n')}`,
    );
  }
  return { stdout, seconds };
}

/** Runs a Python program with one thread, as in the engine: waiting threads that spin would count as work. */
export const python = (...args: string[]): Ended =>
  ended(toolchain().python, args, { env: { ...process.env, OMP_NUM_THREADS: '1' } });

/** The last printed line, parsed as a JSON object of figures. @throws Error when it is not one */
export function figuresOf<Value = number>({ stdout }: Ended): Record<string, Value> {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as Record<string, Value>;
  } catch {
    throw new Error(`the program printed no figures, but ${JSON.stringify(line.slice(0, 200))}`);
  }
}
