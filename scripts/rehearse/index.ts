/** `npm run rehearse`: from the sources to a report. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROOT } from '../shared/cdk';
import { option } from '../shared/arguments';
import { register as registerBench } from '../bench';
import { terminal } from '../shared/out';
import { register as registerProve } from '../bench/prove';
import { writeReport } from './report/report';
import { keepStory } from './report/story';
import { assemble } from './assembly';
import { denied } from './denied';
import { audit } from './engine';
import type { Evidence } from './evidence';
import { grantsCommand, record } from './grants';
import { newRunDir, rehearse } from './rehearsal';
import { scenarios } from './scenarios';
import { assume, assumedByDefault, type Assumed, spoken } from './unknowns';
import { recompute, type Recomputed, type Summary } from './verify';

interface RehearseOptions {
  /** Names. */
  scenario: string[];
  profile?: string;
  config: Record<string, unknown>;
  through: string;
  seed: number;
  unknown: Assumed;
}

const scenarioNames = [...Object.keys(scenarios), 'denied'];

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
    .option('--through <month>', 'drift: last month that lands', month, '2013-07')
    .option('--seed <number>', 'denied: draws the statement', Number, Math.floor(Math.random() * 1_000_000))
    .addOption(
      new Option('--unknown <name=answer>', 'assume an answer of AWS that nobody wrote down; repeatable')
        .argParser(assume)
        .default(assumedByDefault, spoken(assumedByDefault)),
    )
    .action(async (options: RehearseOptions) => {
      process.exitCode = await rehearseCommand(options);
    });
  program
    .command('report')
    .description('draw the report of a finished run again')
    .argument('[folder]', 'folder of the run', join(ROOT, '.rehearsal/latest'))
    .option(
      '--story',
      'also keep its story as docs/story.json, from which npm run docs draws the picture of the README',
    )
    .action(async (folder: string, { story = false }: { story?: boolean }) => {
      console.log(await writeReport(folder));
      if (story) console.log(keepStory(folder));
    });
  registerBench(program);
  registerProve(program);
  program
    .command('grants')
    .description('remove every IAM statement alone, and say what notices')
    .addOption(option.profile())
    .addOption(option.json())
    .option('--record [folder]', 'first keep the decisions of the newest passed runs (default: .rehearsal)')
    .addHelpText('after', '\nExamples:\n  npm run kit -- grants\n  npm run kit -- grants --profile standard --json')
    .action(async ({ record: runs, ...options }: { profile: string; json: boolean; record?: true | string }) => {
      if (runs !== undefined)
        process.stderr.write(await record(runs === true ? join(ROOT, '.rehearsal') : resolve(runs)));
      process.exitCode = await grantsCommand(options, terminal());
    });
  program
    .command('verify')
    .description('recompute the summary of a finished run from its evidence and compare')
    .argument('[folder]', 'folder of the run', join(ROOT, '.rehearsal/latest'))
    .action(async (folder: string) => verifyCommand(folder));
}

/** @throws InvalidArgumentError when the scenarios are not known, or not for one deployment */
function chosen(text: string): string[] {
  const asked = text.split(',');
  const unknown = asked.filter((name) => !scenarioNames.includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`${unknown.join(', ')} is not one of ${scenarioNames.join(', ')}`);
  if (asked.length > 1 && asked.includes('denied')) throw new InvalidArgumentError('denied is played by itself');
  if (new Set(asked.map((name) => scenarios[name]?.profile)).size > 1)
    throw new InvalidArgumentError(`${text} are of different profiles`);
  return asked;
}

function month(text: string): string {
  if (!/^2013-(0[4-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('it must be 2013-04 to 2013-12');
  return text;
}

async function verifyCommand(folder: string): Promise<void> {
  const read = <T>(file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
  const told = read<Summary>('summary.json');
  const found = recompute(read<Evidence>('evidence.json'), await audit(folder, join(folder, 'cdk.out')));
  const names = Object.keys(found) as (keyof Recomputed)[];
  const other = names.filter((name) => JSON.stringify(told[name]) !== JSON.stringify(found[name]));
  if (other.length > 0)
    throw new Error(
      `${other.join(', ')} of ${join(folder, 'summary.json')} is not what the evidence gives: was one of them edited?`,
    );
  console.log(`${folder}: the summary is what the evidence gives`);
}

/** @returns the exit code */
async function rehearseCommand(options: RehearseOptions): Promise<number> {
  const { scenario: asked, config, through, seed, unknown: assumed } = options;
  const name = asked.join(',');
  const played = asked.flatMap((each) => scenarios[each] ?? []);
  const profile = played[0]?.profile ?? 'sandbox';
  if (options.profile !== undefined && options.profile !== profile)
    throw new Error(
      `scenario ${name} is rehearsed with profile ${profile}, not ${options.profile}; npm run synth -- -c profile=${options.profile} shows its templates`,
    );
  const out = terminal();
  // Spark takes a comma in the name of a folder for the end of it.
  const runDir = newRunDir(asked.join('+'));
  out.line(
    `rehearsing ${name}, profile ${profile}, in ${relative(ROOT, runDir)}: ${played.map(({ title }) => title).join('; ') || 'one statement is missing'}`,
  );
  const assembly = join(runDir, 'cdk.out');
  const started = Date.now();
  const synthesized = assemble(assembly, { profile, config }).then((isNew) =>
    out.line(`── ${isNew ? `synthesized in ${((Date.now() - started) / 1000).toFixed(1)} s` : 'synthesized before'}`),
  );
  // A failure is told once the engine is up, and can be stopped.
  synthesized.catch(() => undefined);
  const run = { profile, config, runDir, assembly, synthesized, through, assumed, out };
  const summary = name === 'denied' ? await denied(run, seed) : await rehearse({ ...run, name, scenarios: played });
  // A run whose stacks did not stand has nothing to draw.
  const drawable = existsSync(join(runDir, 'evidence.json'));
  tell(summary, drawable ? relative(ROOT, await writeReport(runDir)) : `none; logs are in ${relative(ROOT, runDir)}`);
  return summary.status === 'passed' ? 0 : 1;
}

function tell(summary: Summary, report: string): void {
  const { status, scenario, reason, durationSeconds, monitor, releases, gates, iam, assumed, notRehearsed } = summary;
  const lines = [
    '',
    `${status.toUpperCase()} ${scenario} in ${Math.round(durationSeconds)} s: ${reason}`,
    ...releases.map(
      (r) => `  release   version ${r.version}, ${r.trigger}, trained through ${r.trainedThrough}: ${r.outcome}`,
    ),
    ...gates.map(
      (g) => `  gate      ${g.window.start} to ${g.window.end}: ${g.promoted ? 'promoted' : 'held'}: ${g.reason}`,
    ),
    ...(monitor.length === 0
      ? []
      : [
          `  monitor   ${monitor.length} windows, ${monitor.filter((m) => m.violations.length > 0).length} with violations, ${monitor.filter((m) => m.confirmed).length} confirmed`,
        ]),
    `  access    ${iam.allowed} calls allowed, ${iam.denied} denied, ${iam.unused.length} grants not used`,
    `  assumed   ${spoken(assumed)}`,
    `  not rehearsed: ${notRehearsed.length} facts, in the report`,
    `  report    ${report}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
