/** Folder of the assemblies of one run of Jest for all its workers: created before the first test file, removed at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'KIT_TEST_ASSEMBLIES';

export function assemblies(): string {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error(`${VARIABLE} is not set: globalSetup of jest.config.js sets it`);
  return folder;
}

/** Jest's globalSetup: the workers inherit the variable. */
export default function make(): void {
  const folder = (process.env[VARIABLE] = mkdtempSync(join(tmpdir(), 'kit-assemblies-')));
  process.once('exit', () => rmSync(folder, { recursive: true }));
}
