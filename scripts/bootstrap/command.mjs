import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { explain, SetupProblem } from './problem.mjs';
import { ROOT, TOOLCHAIN } from './paths.mjs';

/**
 * Runs a command with its output in `.toolchain/log/<log>.log`; `onLine` receives every line.
 * @throws SetupProblem with the remedy when the command is missing or fails
 */
export async function run(command, args, { log, onLine, env }) {
  const logDir = join(TOOLCHAIN, 'log');
  mkdirSync(logDir, { recursive: true });
  const logFile = join(logDir, `${log}.log`);
  const file = createWriteStream(logFile);
  let output = '';
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      file.write(text);
      output += text;
      const line = text.trim().split('\n').at(-1);
      if (line) onLine?.(line);
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.on('error', () =>
      reject(
        new SetupProblem(`"${command}" is not installed.`, `Install it, or put it on PATH, and run the command again.`),
      ),
    );
    child.on('close', resolve);
  });
  file.end();
  if (code !== 0) throw explain([command, ...args].join(' '), output, logFile);
}

/** The output of a short command (both streams), or undefined when it is missing or fails. */
export function ask(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  return result.status === 0 ? `${result.stdout}${result.stderr}`.trim() : undefined;
}
