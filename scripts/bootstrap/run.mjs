// Entry point of the npm scripts: updates the set-up, then runs the command.
// usage: node scripts/bootstrap/run.mjs <command> [arguments]
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { isLive } from './output.mjs';
import { ROOT, readToolchain } from './paths.mjs';

const BIN = join(ROOT, 'node_modules/.bin');
const cli = (...args) => [join(BIN, 'ts-node'), 'scripts/cli.ts', ...args];

const COMMANDS = {
  rehearse: (args) => start(cli('rehearse', ...args)),
  bench: (args) => start(cli('bench', ...args)),
  prove: (args) => start(cli('prove', ...args)),
  kit: (args) => start(cli(...args)),
  local: (args) => start(cli('local', ...args)),
  lab: (args) => start(cli('lab', ...args)),
  docs: () => start([join(BIN, 'ts-node'), 'scripts/docs/index.ts']),
  // `env` before it: templates are made without an account, so the guard of cdk.json need not look which one is meant.
  synth: (args) => start(['env', 'KIT_AWS=1', join(BIN, 'cdk'), 'synth', '--quiet', ...args]),
  test: async (args) => (await import('./test-runner.mjs')).test(args, start),
};

/**
 * Runs a command with the set-up's tools first on PATH, in the foreground or with its output passed to `onOutput`.
 * @returns its exit code, or 1 when a signal ended it
 */
async function start([command, ...args], onOutput) {
  const { python, javaHome } = readToolchain();
  const env = {
    ...process.env,
    JAVA_HOME: javaHome,
    PATH: [join(python, '..'), BIN, process.env.PATH].join(delimiter),
  };
  // Programs print colours to a terminal only, and the pipe is none, although its output is shown on one.
  if (onOutput && isLive(process.stdout) && !process.env.NO_COLOR) env.FORCE_COLOR = '1';
  const child = spawn(command, args, { cwd: ROOT, env, stdio: onOutput ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  // Ctrl-C reaches the child directly; SIGTERM of a CI runner reaches this process only, and the rehearsal must stop its processes.
  const pass = (signal) => child.kill(signal);
  const ignore = () => {};
  process.on('SIGTERM', pass).on('SIGINT', ignore);
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  process.off('SIGTERM', pass).off('SIGINT', ignore);
  return code ?? 1;
}

const [name, ...args] = process.argv.slice(2);
if (!(name in COMMANDS)) {
  console.error(`"${name ?? ''}" is not a command; known are ${Object.keys(COMMANDS).join(', ')}.`);
  process.exit(1);
}
await bootstrap();
process.exitCode = await COMMANDS[name](args);
