/** Measures the set-up of a new user: a clone of the commit, an empty HOME, no Java, no cached packages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from '../shared/cdk';
import { ended } from './child';

export function measureColdSetup(): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'cold-setup-'));
  try {
    const cwd = join(folder, 'clone');
    ended('git', ['clone', '--quiet', ROOT, cwd]);
    const { JAVA_HOME: _, PATH = '', ...rest } = process.env;
    // The tools of this clone must not be visible to the other one.
    const path = PATH.split(delimiter).filter((part) => !part.startsWith(ROOT));
    // npm passes its cache folder on to child processes, whatever HOME is.
    const cold = { KIT_BARE: '1', npm_config_cache: join(folder, 'npm') };
    const { seconds } = ended('npm', ['run', 'setup'], { cwd, env: { ...rest, ...cold, PATH: path.join(delimiter) } });
    const made = ended('du', ['-sk', 'node_modules', '.toolchain'], { cwd }).stdout.trim().split('\n');
    return { setup: seconds, 'setup-size': made.reduce((sum, line) => sum + Number.parseInt(line), 0) / 1024 ** 2 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
