import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * KIT_BARE=1 simulates a new machine: no Java on PATH or in JAVA_HOME, and an empty HOME. The kit must then find everything in its own
 * set-up.
 * @param env the environment, changed in place
 * @param toolchain folder of the set-up's results
 */
export function makeBare(env, toolchain) {
  const folder = join(toolchain, 'bare');
  const home = join(folder, 'home');
  const realHome = env.HOME ?? homedir();
  // A private package index may be configured in pip's settings below HOME, so they are passed on; npm passes its own settings.
  const pipSettings = [
    join(env.XDG_CONFIG_HOME ?? join(realHome, '.config'), 'pip/pip.conf'),
    join(realHome, 'Library/Application Support/pip/pip.conf'),
    join(realHome, '.pip/pip.conf'),
  ].find((file) => existsSync(file));
  if (pipSettings) env.PIP_CONFIG_FILE ??= pipSettings;

  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  env.HOME = home;
  env.PATH = env.PATH.split(delimiter)
    .map((path) => (existsSync(join(path, 'java')) ? withoutJava(path, folder) : path))
    .join(delimiter);
  // XDG_CONFIG_HOME and similar variables point to the real HOME; a child process with KIT_BARE would empty HOME again.
  for (const name of Object.keys(env)) if (/^(JAVA_HOME|XDG_.*|KIT_BARE)$/.test(name)) delete env[name];
  forgetJavaOfMachine(toolchain);
}

/**
 * A folder of links to all programs in `path` except Java: /usr/bin holds Java beside the shell. Its name is derived from `path` and it
 * stays, because a Python environment stores the place of its Python.
 */
function withoutJava(path, folder) {
  const links = join(folder, encodeURIComponent(path));
  rmSync(links, { recursive: true, force: true });
  mkdirSync(links);
  for (const name of readdirSync(path)) if (name !== 'java') symlinkSync(join(path, name), join(links, name));
  return links;
}

/** An earlier set-up may have found the machine's Java; removing the step's stamp makes the next one install its own. */
function forgetJavaOfMachine(toolchain) {
  const link = join(toolchain, 'java');
  const own = existsSync(link) && readlinkSync(link).startsWith(join(toolchain, 'python'));
  if (!own) rmSync(join(toolchain, 'stamps/java-17'), { force: true });
}
