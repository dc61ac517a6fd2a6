/** Commit and machine of a figure; without them two figures cannot be compared. */
import { cpus, totalmem } from 'node:os';
import { toolchain } from '../rehearse/engine';
import { ended } from './child';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  node: string;
  python: string;
}

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  node: process.versions.node,
  python: ended(toolchain().python, ['-c', 'import platform; print(platform.python_version())']).stdout.trim(),
});

export const commit = (cwd?: string): string => ended('git', ['rev-parse', 'HEAD'], { cwd }).stdout.trim();

/** Files below `paths` that differ from the commit, new ones included; all files when no path is given. */
export const uncommitted = (paths: readonly string[] = [], cwd?: string): string[] =>
  ended('git', ['status', '--porcelain', '--', ...paths], { cwd })
    .stdout.split('\n')
    .filter((line) => line !== '');
