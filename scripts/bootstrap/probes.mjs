import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './command.mjs';
import { SetupProblem } from './problem.mjs';
import { ROOT } from './paths.mjs';

// Glue 5.0 runs 3.11, the image of the SageMaker programs 3.12; Spark 3.5.4 does not support newer versions. The patch level matters:
// before 3.11.4, e.g. on Debian 12, `tarfile` cannot refuse an archive that writes outside its folder.
const PYTHONS = { 3.11: 4, 3.12: 0 };
// Spark 3.5 accepts 8, 11 and 17; Glue 5.0 runs 17.
const JAVA = '17';

/** Command of the first Python on PATH that suits the locked packages and can create an environment. */
export function findPython(askCommand = ask) {
  const seen = [];
  for (const command of [...Object.keys(PYTHONS).map((version) => `python${version}`), 'python3', 'python']) {
    const version = askCommand(command, ['-c', 'import platform; print(platform.python_version())']);
    const [, known, patch] = /^(\d+\.\d+)\.(\d+)/.exec(version ?? '') ?? [];
    if (Number(patch) >= PYTHONS[known]) return withVenv(command, known, askCommand);
    if (version) seen.push(`${command} is ${version}`);
  }
  throw new SetupProblem(
    `Python 3.11 (from 3.11.4 on) or 3.12 is needed and none was found on PATH (${seen.join(', ') || 'no Python at all'}).`,
    `Install one beside what you have: "uv python install 3.11", "pyenv install 3.11", "brew install python@3.11", ` +
      `on Ubuntu 24.04 "sudo apt install python3.12 python3.12-venv". Then run the command again.`,
  );
}

function withVenv(command, version, askCommand) {
  if (askCommand(command, ['-c', 'import ensurepip, venv']) !== undefined) return command;
  throw new SetupProblem(
    `${command} has no venv module (Debian and Ubuntu package it separately).`,
    `Install it, "sudo apt install python${version}-venv", and run the command again.`,
  );
}

/** Home of a Java 17: from JAVA_HOME, then PATH; undefined when neither has one. */
export function findJava(env = process.env, askCommand = ask) {
  const commands = env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin/java'), 'java'] : ['java'];
  for (const command of commands) {
    const properties = askCommand(command, ['-XshowSettings:properties', '-version']) ?? '';
    const property = (name) => properties.match(new RegExp(`^\\s*${name} = (.+)$`, 'm'))?.[1];
    if (property('java.specification.version') === JAVA) return property('java.home');
  }
  return undefined;
}

/** Stops early when the disk is too small for the set-up and its downloads. */
export function checkDisk(neededGb, freeBytes = () => free(ROOT)) {
  const freeGb = freeBytes() / 1e9;
  if (freeGb >= neededGb) return;
  throw new SetupProblem(
    `Only ${freeGb.toFixed(1)} GB are free on the disk of ${ROOT}; the set-up needs ${neededGb} GB.`,
    'Free some space, or clone the repository on a larger disk, and run the command again.',
  );
}

function free(path) {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
