import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const TOOLCHAIN = join(ROOT, '.toolchain');
export const LOCKS = join(ROOT, 'scripts/bootstrap/locks');
export const VENV = join(TOOLCHAIN, 'python');
export const VENV_PYTHON = join(VENV, 'bin/python');
export const TOOLCHAIN_FILE = join(TOOLCHAIN, 'toolchain.json');

/** Results of the set-up: `{ python, javaHome, jars, data }`, absolute paths. */
export function readToolchain() {
  return JSON.parse(readFileSync(TOOLCHAIN_FILE, 'utf8'));
}
