/** Commands that need the engine: play scenarios, draw and verify runs, remove grants one by one. */
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples, option } from '../shared/arguments';
import { ROOT } from '../shared/cdk';
import { terminal } from '../shared/out';
import type { RehearseOptions } from '.';
import { assume, assumedByDefault, spoken } from './unknowns';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load the engine for every command
const load = <Module>(path: string): Module => require(path) as Module;
const played = () => load<typeof import('.')>('.');

/** Adds the commands that need the engine. */
export function register(program: Command): void {
  program
    .command('rehearse')
    .description('deploy the synthesized templates into the local emulator and play a scenario')
    .addOption(
      new Option('--scenario <name>', 'several, joined by commas, are played on one deployment')
        .argParser(chosen)
        .default(['drift'], 'drift'),
    )
    .option('--profile <profile>', "profile of the configuration (default: the scenario's)")
    .addOption(option.config())
    .option('--through <partition>', "drift: last partition that lands (default: the dataset's story)")
    .option('--seed <number>', 'denied: draws the statement', Number, Math.floor(Math.random() * 1_000_000))
    .addOption(
      new Option('--unknown <name=answer>', 'assume an undocumented answer of AWS; repeatable')
        .argParser(assume)
        .default(assumedByDefault, spoken(assumedByDefault)),
    )
    .option('--keep', 'end in a local account: what was played stays, for npm run kit and npx cdk', false)
    .action(async (options: RehearseOptions) => {
      process.exitCode = await played().rehearseCommand(options);
    });
  program
    .command('report')
    .description('write the report of a finished run again')
    .argument('[folder]', 'folder of the run', join(ROOT, '.rehearsal/latest'))
    .option(
      '--story',
      'also keep its story as docs/story.json, from which npm run docs draws the picture of the README',
    )
    .action((folder: string, { story = false }: { story?: boolean }) => {
      const { writeReport } = load<typeof import('./report/report')>('./report/report');
      const { keepStory } = load<typeof import('./report/story')>('./report/story');
      console.log(writeReport(folder));
      if (story) console.log(keepStory(folder));
    });
  program
    .command('grants')
    .description('remove every IAM statement alone, and show what detects it')
    .addOption(option.profile())
    .addOption(option.json())
    .option('--record [folder]', 'first store the decisions of the newest passed runs (default: .rehearsal)')
    .addHelpText(...examples('grants', 'grants --profile standard --json'))
    .action(async ({ record: runs, ...options }: { profile: string; json: boolean; record?: true | string }) => {
      const { grantsCommand, record } = load<typeof import('./grants')>('./grants');
      if (runs !== undefined)
        process.stderr.write(await record(runs === true ? join(ROOT, '.rehearsal') : resolve(runs)));
      process.exitCode = await grantsCommand(options, terminal());
    });
  program
    .command('compare')
    .description('set the summaries of two finished runs side by side, and mark what differs')
    .argument('<run>', 'folder of a run')
    .argument('[other]', 'folder of another', join(ROOT, '.rehearsal/latest'))
    .addOption(option.json())
    .action((run: string, other: string, { json }: { json: boolean }) => {
      const { compareRuns, told } = load<typeof import('./compare')>('./compare');
      const rows = compareRuns(run, other);
      console.log(json ? JSON.stringify(rows, undefined, 2) : told(rows).join('\n'));
    });
  program
    .command('verify')
    .description('recompute the summary of a finished run from its evidence and compare')
    .argument('[folder]', 'folder of the run', join(ROOT, '.rehearsal/latest'))
    .action(async (folder: string) => played().verifyCommand(folder));
}

/** @throws InvalidArgumentError when a scenario is unknown, or the scenarios need different deployments */
function chosen(text: string): string[] {
  const { scenarios } = load<typeof import('./scenarios')>('./scenarios');
  const scenarioNames = [...Object.keys(scenarios), 'denied'];
  const asked = text.split(',');
  const unknown = asked.filter((name) => !scenarioNames.includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`${unknown.join(', ')} is not one of ${scenarioNames.join(', ')}`);
  if (asked.length > 1 && asked.includes('denied')) throw new InvalidArgumentError('denied is played by itself');
  if (new Set(asked.map((name) => JSON.stringify([scenarios[name]?.profile, scenarios[name]?.config]))).size > 1)
    throw new InvalidArgumentError(`${text} need different configurations`);
  return asked;
}
