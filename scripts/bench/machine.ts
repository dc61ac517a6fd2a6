/** Commit and machine of a figure; without them two figures cannot be compared. */
import { cpus, totalmem } from 'node:os';
import { toolchain } from '../rehearse/engine';
import { ROOT } from '../shared/cdk';
import { git } from '../shared/copy';
import { ended } from './child';

export type Machine = ReturnType<typeof machine>;

export const machine = () => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  node: process.versions.node,
  python: ended(toolchain().python, ['-c', 'import platform; print(platform.python_version())']).stdout.trim(),
});

export const commit = (cwd = ROOT): string => git(cwd, 'rev-parse', 'HEAD')[0]!;

/** Files below `paths` that differ from the commit, new ones included; all files when no path is given. */
export const uncommitted = (paths: readonly string[] = [], cwd = ROOT): string[] =>
  git(cwd, 'status', '--porcelain', '--', ...paths);
