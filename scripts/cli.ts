/** `npm run kit -- <command>`: what an operator does with a deployed kit, and the local rehearsal of it. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { resolveConfig } from '../lib/config';
import { registerAccount } from './account/commands';
import { option, Refused, understood, type Where, whole } from './shared/arguments';
import { FlightsSource } from './data/source';
import { monthsOf, parseDay, parseRange } from './operate/days';
import { watchCaptured } from './operate/captured';
import { discoverKit, type DeployedKit } from './operate/deployed-kit';
import { load, labels } from './operate/load';
import { monitor } from './operate/monitor';
import { terminal } from './shared/out';
import { predict } from './operate/predict';
import { type Engine, engines, query, table } from './operate/query';
import { approve, expire, reject, release, type Released } from './operate/releases';
import { replay, type ReplayOptions } from './operate/replay';
import { status } from './operate/status';
import { labelledThrough, train } from './operate/train';

// Node 20 is supported here on purpose; the SDK's notice about January 2027 would head the output of every command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const out = terminal();
export const program = new Command('mlkit')
  .description('Operate a deployed ML lifecycle kit, or rehearse it locally')
  .option('--kit <name>', 'name the kit was deployed under', 'mlkit')
  .option('--region <region>', 'AWS Region (default: as for any AWS tool)')
  .exitOverride();

const deployed = (): Promise<DeployedKit> => {
  const { kit, region } = program.opts<Where>();
  return discoverKit(kit, region === undefined ? {} : { region });
};

const range = understood(parseRange);
const day = understood(parseDay);
const delayDays = () =>
  new Option('--delay-days <days>', 'labels.delayDays of the deployment')
    .argParser(whole)
    .default(resolveConfig().labels.delayDays);

program
  .command('load')
  .description('land months of raw data and wait until one run has curated them')
  .argument('<months>', '2013-01 or 2013-01..2013-03', range)
  .action(async (days: ReturnType<typeof parseRange>) =>
    load(await deployed(), { source: new FlightsSource(), months: monthsOf(days) }, out),
  );

program
  .command('labels')
  .description('deliver the ground truth collected on these days')
  .argument('<days>', '2013-01..2013-03 or 2013-04-03..2013-04-09', range)
  .addOption(delayDays())
  .action(async (collected, options: { delayDays: number }) => {
    await labels(await deployed(), { source: new FlightsSource(), collected, ...options }, out);
  });

program
  .command('train')
  .description('train a model, and release it when it beats the champion')
  .addOption(new Option('--mode <mode>').choices(['train', 'tune']).default('train'))
  .option('--before <day>', 'first day left out (default: the first whose labels have not arrived)', day)
  .addOption(delayDays())
  .action(async ({ mode, before, delayDays }: { mode: 'train' | 'tune'; before?: string; delayDays: number }) => {
    const kit = await deployed();
    const trained = await train(kit, { mode, dataThrough: before ?? (await labelledThrough(kit, delayDays)) }, out);
    if (trained.released !== undefined) failUnlessServing(trained.released);
  });

program
  .command('replay')
  .description('send the curated flights of these days through the API')
  .argument('<days>', '2013-04, or 2013-04-01..2013-04-07', range)
  .addOption(
    new Option('--batch <period>', 'rows of a request: by hour and segment, or by day')
      .choices(['hour', 'day'])
      .default('day'),
  )
  .addOption(
    new Option('--max-instances <rows>', 'serving.maxInstancesPerRequest of the deployment')
      .argParser(whole)
      .default(resolveConfig().serving.maxInstancesPerRequest),
  )
  .option('--concurrency <requests>', 'requests in flight', whole, 4)
  .option('--skip <requests>', 'requests that were sent before', whole, 0)
  .action(async (days, options: Omit<ReplayOptions, 'days' | 'signal'>) => {
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    const kit = await deployed();
    const arrived = await watchCaptured(kit);
    const { requests } = await replay(kit, { days, ...options, signal: interrupted.signal }, out);
    await arrived(requests, out);
  });

program
  .command('predict')
  .description('predict the instances of a JSON file')
  .argument('<file>', 'path, or - for standard input')
  .action(async (file: string) => {
    const input: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
    console.log(JSON.stringify(await predict(await deployed(), { input }), undefined, 2));
  });

program
  .command('monitor')
  .description('compare a window of traffic with what the champion was gated on')
  .argument('<windowStart>', 'first day', day)
  .argument('<windowEnd>', 'first day after the window', day)
  .option('--captured <days>', 'where the endpoint captures: days on which the window was replayed (UTC)', range)
  .action(async (start: string, end: string, { captured }: { captured?: ReturnType<typeof parseRange> }) => {
    await monitor(await deployed(), { start, end }, out, captured);
  });

program
  .command('status')
  .description('what is curated, registered, serving, running and ringing')
  .action(async () => {
    await status(await deployed(), out);
  });

program
  .command('query')
  .description('ask the lake a question in SQL, and say what the answer cost')
  .argument('<sql>', 'a SELECT; the tables of Redshift are awsdatacatalog.<database>.<table>')
  .addOption(new Option('--engine <engine>').choices(engines).default('athena'))
  .option('--grant', 'let the admin of the warehouse give you the use of the catalog first, where you lack it', false)
  .addOption(option.json())
  .action(async (sql: string, { json, ...options }: { engine: Engine; grant: boolean; json: boolean }) => {
    const answer = await query(await deployed(), { sql, ...options }, out);
    console.log(json ? JSON.stringify(answer) : table(answer));
  });

program
  .command('approve')
  .description('approve a version that passed the gate, and wait for its release')
  .argument('<version>', 'number in the registry', whole)
  .action(async (version: number) => failUnlessServing(await approve(await deployed(), { version }, out)));

program
  .command('reject')
  .description('reject a version that waits for approval')
  .argument('<version>', 'number in the registry', whole)
  .requiredOption('--reason <sentence>', 'kept with the version')
  .action(async (version: number, { reason }: { reason: string }) =>
    reject(await deployed(), { version, reason }, out),
  );

program
  .command('release')
  .description('release an approved version newer than the champion, or bring its endpoint back')
  .argument('<version>', 'number in the registry', whole)
  .action(async (version: number) => failUnlessServing(await release(await deployed(), { version }, out)));

program
  .command('rollback')
  .description('release an approved version older than the champion')
  .argument('<version>', 'number in the registry', whole)
  .action(async (version: number) => failUnlessServing(await release(await deployed(), { version, older: true }, out)));

program
  .command('expire')
  .description('take away what serves until the next release; serving.expireAfterHours does it by itself')
  .action(async () => {
    await expire(await deployed(), out);
  });

registerAccount(program);

function failUnlessServing({ outcome }: Released): void {
  if (outcome === 'rejected') process.exitCode = 1;
}

/** The two mistakes that everybody makes first, in words that say what to do. */
function explained(error: Error): string {
  if (error.name === 'CredentialsProviderError')
    return 'no AWS credentials: set AWS_PROFILE, or AWS_ENDPOINT_URL and the keys that a rehearsal printed';
  if (/Region is missing/.test(error.message)) return 'no AWS Region: set AWS_REGION or pass --region';
  return error.message;
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
  if (!program.commands.some((command) => command.name() === asked)) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load the engine for every command
    const { register } = require('./rehearse') as { register: (program: Command) => void };
    register(program);
  }
  await program.parseAsync();
}

/** 2 where the command was asked for wrongly or not confirmed, 1 where it failed: docs/cli.md. */
function end(error: Error): void {
  // Commander has printed its own.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  out.line(process.env.DEBUG === undefined ? explained(error) : (error.stack ?? error.message));
  process.exitCode = error instanceof Refused ? 2 : 1;
}

if (require.main === module) main().catch(end);
