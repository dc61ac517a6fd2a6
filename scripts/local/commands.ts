/** `npm run local`: the account on this machine. */
import { type Command, Option } from 'commander';
import { Refused } from '../../lib/shared/refused';
import { examples, option, shaped, type Where, whole } from '../shared/arguments';
import { terminal } from '../shared/out';
import type { Asked } from './account';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load the engine for every command
const load = <Module>(path: string): Module => require(path) as Module;
const starting = () => load<typeof import('./start')>('./start');

/** Adds `local` with what can be done to it; started by itself, it starts the account. */
export function register(program: Command): void {
  const out = terminal();
  const local = program.command('local').description('an AWS account on this machine, with the kit in it, that stays');
  shaped(local.command('start', { isDefault: true }))
    .description('start the engine, deploy the kit into it, and leave it running')
    .addOption(new Option('--seed <state>', 'begin with a first model that serves').choices(['history']))
    .addOption(new Option('--empty', 'deploy nothing: a new account').conflicts('seed'))
    .addHelpText(...examples('local', 'local --seed history', 'local --profile standard', 'local --empty'))
    .action((options: Omit<Asked, 'kit'>) => starting().start({ kit: program.opts<Where>().kit, ...options }, out));
  local
    .command('status')
    .description('since when it is up, its stacks, and the exports for other programs')
    .addOption(option.json())
    .action(({ json }: { json: boolean }) => load<typeof import('./look')>('./look').status(json));
  local
    .command('open')
    .description('serve a page for the browser that shows what goes on in it, until Ctrl-C')
    .option('--port <port>', 'of the page (default: a free one)', whole, 0)
    .action(({ port }: { port: number }) => load<typeof import('./open')>('./open').open(port));
  local
    .command('logs')
    .description('what the engine, a deployment or a function wrote')
    .argument('[what]', 'a name, or a part of it (default: lists them)')
    .action((what?: string) => load<typeof import('./look')>('./look').logs(what));
  local
    .command('reset')
    .description('start it anew, as it was asked for')
    .action(async () => {
      const { start, stop } = starting();
      const { recorded } = load<typeof import('./account')>('./account');
      const earlier = recorded();
      if (earlier === undefined) throw new Refused('this clone has no local account yet: npm run local starts one');
      await stop();
      await start(earlier.asked, out);
    });
  local
    .command('watch')
    .description('deploy what is saved in bin, lib, lambda, jobs and datasets, until Ctrl-C')
    .action(async () => {
      process.exitCode = await load<typeof import('./watch')>('./watch').watch();
    });
  local
    .command('stop')
    .description('end it, and everything in it')
    .action(async () => {
      out.line(
        (await starting().stop()) ? 'the local account is gone, with all that was in it' : 'no local account is up',
      );
    });
}
