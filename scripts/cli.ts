/** `npm run kit -- <command>`: commands for a deployed kit and its local rehearsal. */
import { Command, CommanderError, Option } from 'commander';
import { register as account } from './account/commands';
import { register as bench } from './bench';
import { register as prove } from './bench/prove';
import { register as labs } from './labs/commands';
import { register as quiz } from './labs/quiz';
import { register as local } from './local/commands';
import { register as operate } from './operate/commands';
import { register as rehearse } from './rehearse/commands';
import { DEFAULT_KIT } from '../lib/config';
import { Refused } from '../lib/shared/refused';
import type { Reach } from './local/reach';
import { SIGN_IN } from './shared/arguments';
import { terminal } from './shared/out';

// Node 20 is supported on purpose; the SDK's deprecation notice would precede the output of every command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

export const program = new Command('mlkit')
  .description('Operate a deployed ML lifecycle kit, or rehearse it locally')
  .option('--kit <name>', 'name the kit was deployed under', DEFAULT_KIT)
  .option('--region <region>', 'AWS Region (default: that of the environment)')
  .option('--aws', 'AWS is meant, although this clone has started a local account')
  .addOption(
    new Option(
      '--account <id>',
      'the AWS account that may be changed; answers the question for its last four digits',
    ).env('KIT_ACCOUNT'),
  )
  .exitOverride();

for (const register of [local, labs, operate, account, rehearse, bench, prove, quiz]) register(program);

program.hook('preAction', async (_, action) => {
  let command = action;
  while (command.parent !== program) command = command.parent!;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load a client of AWS for commands that call nothing
  const { reach } = require('./local/reach') as typeof import('./local/reach');
  await reach(command.name(), { ...program.opts<Reach>(), ...action.opts<Pick<Reach, 'yes'>>() });
});

/** Explains the two most frequent mistakes, with the remedy. */
function explained(error: Error): string {
  if (error.name === 'CredentialsProviderError') return `no AWS credentials: ${SIGN_IN}`;
  if (/Region is missing/.test(error.message)) return 'no AWS Region: set AWS_REGION or pass --region';
  return error.message;
}

/** Exit codes: 2 for wrong usage or missing confirmation, 1 for a failure; see docs/cli.md. */
function end(error: Error): void {
  // Commander has printed its own message.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  terminal().line(process.env.DEBUG === undefined ? explained(error) : (error.stack ?? error.message));
  process.exitCode = error instanceof Refused ? 2 : 1;
}

/** Ends as other programs do when `| head` has read enough: with the shell's code of SIGPIPE, which Node ignores. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
}

if (require.main === module) {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader);
  program.parseAsync().catch(end);
}
