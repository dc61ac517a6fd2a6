import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * KIT_BARE=1 lets a command find what a new machine has: no Java on PATH or in JAVA_HOME, and an empty HOME. What the kit
 * needs must then come out of its own set-up, also where a Java lies beside it.
 * @param env the environment, changed in place
 * @param toolchain where the set-up puts what it makes
 */
export function makeBare(env, toolchain) {
  const folder = join(toolchain, 'bare');
  const home = join(folder, 'home');
  const realHome = env.HOME ?? homedir();
  // A private package index is named there, and pip would look below HOME; npm hands its own settings on by itself.
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
  // XDG_CONFIG_HOME and its like lead back to the real HOME; a child that saw KIT_BARE would empty HOME under its siblings.
  for (const name of Object.keys(env)) if (/^(JAVA_HOME|XDG_.*|KIT_BARE)$/.test(name)) delete env[name];
  forgetJavaOfMachine(toolchain);
}

/**
 * A folder of links to everything else in `path`: /usr/bin holds Java beside the shell. It is named after `path` and stays,
 * because a Python environment remembers where its Python was.
 */
function withoutJava(path, folder) {
  const links = join(folder, encodeURIComponent(path));
  rmSync(links, { recursive: true, force: true });
  mkdirSync(links);
  for (const name of readdirSync(path)) if (name !== 'java') symlinkSync(join(path, name), join(links, name));
  return links;
}

/** An earlier set-up may have found the machine's Java: without the step's stamp the next one installs its own. */
function forgetJavaOfMachine(toolchain) {
  const link = join(toolchain, 'java');
  const own = existsSync(link) && readlinkSync(link).startsWith(join(toolchain, 'python'));
  if (!own) rmSync(join(toolchain, 'stamps/java-17'), { force: true });
}
