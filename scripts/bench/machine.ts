/** Commit and machine of a figure: no two of them can be compared otherwise. */
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

/** Files that differ from the commit, new ones too, below `paths`; everywhere when none is given. */
export const uncommitted = (paths: readonly string[] = [], cwd?: string): string[] =>
  ended('git', ['status', '--porcelain', '--', ...paths], { cwd })
    .stdout.split('\n')
    .filter((line) => line !== '');
