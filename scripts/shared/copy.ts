/** A copy of the repository, to change as its documents say. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');

export function git(folder: string, ...args: string[]): string[] {
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

/** @returns the folder; its owner deletes it */
export function copyOfRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'copy-'));
  for (const file of git(root, 'ls-files', '--cached', '--others', '--exclude-standard')) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { verbatimSymlinks: true });
  }
  for (const installed of ['node_modules', '.toolchain']) symlinkSync(join(root, installed), join(copy, installed));
  return copy;
}

/** A copy that is a repository with one commit, for commands that compare with it. */
export function committedCopy(): string {
  const copy = copyOfRepository();
  const commit = ['-c', 'user.name=kit', '-c', 'user.email=kit@localhost', 'commit', '--quiet', '--message', 'copy'];
  for (const args of [['init', '--quiet'], ['add', '--all'], commit]) git(copy, ...args);
  return copy;
}

/** Runs a program of the copy. @returns what it printed */
export const run = (copy: string, program: string, ...args: string[]): string =>
  execFileSync(join(copy, 'node_modules/.bin', program), args, { cwd: copy, encoding: 'utf8', stdio: 'pipe' });
