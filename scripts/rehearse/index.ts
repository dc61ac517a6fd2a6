/** `npm run rehearse`: from the sources to a report. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openSource, storyOf } from '../../datasets/module';
import { chosenConfig, merge } from '../../lib/config';
import { datasetOf } from '../../lib/shared/datasets';
import { Refused } from '../../lib/shared/refused';
import { record, recorded, refuseBeside } from '../local/account';
import { ROOT } from '../shared/cdk';
import { endOf, partitionsOf } from '../operate/days';
import { readJson } from '../shared/json-file';
import { terminal } from '../shared/out';
import { writeReport } from './report/report';
import { assemble } from './assembly';
import { denied } from './denied';
import { audit, type Engine } from './engine';
import type { Evidence } from './evidence';
import { newRunDir, rehearse } from './rehearsal';
import { scenarios } from './scenarios';
import { type Assumed, spoken } from './unknowns';
import { lineageFaults, replacedSince } from './verify-lineage';
import { recompute, type Recomputed, type Summary } from './verify';

export interface RehearseOptions {
  scenario: string[];
  profile?: string;
  config: Record<string, unknown>;
  /** @default the story's */
  through?: string;
  seed: number;
  unknown: Assumed;
  /** The account stays. */
  keep: boolean;
}

export async function verifyCommand(folder: string): Promise<void> {
  const read = <T>(file: string) => readJson(join(folder, file)) as T;
  const told = read<Summary>('summary.json');
  const evidence = read<Evidence>('evidence.json');
  const found = recompute(evidence, await audit(folder, join(folder, 'cdk.out')));
  const names = Object.keys(found) as (keyof Recomputed)[];
  const other = names.filter((name) => JSON.stringify(told[name]) !== JSON.stringify(found[name]));
  if (other.length > 0)
    throw new Error(
      `${other.join(', ')} of ${join(folder, 'summary.json')} differs from the evidence: was one of them edited?`,
    );
  const faults = lineageFaults(evidence);
  if (faults.length > 0) throw new Error(faults.join('; '));
  for (const sentence of replacedSince(evidence)) console.log(sentence);
  console.log(`${folder}: the summary matches the evidence, and every model matches its named files`);
}

/** @returns the exit code */
export async function rehearseCommand(options: RehearseOptions): Promise<number> {
  const { scenario: asked, seed, unknown: assumed, keep } = options;
  const name = asked.join(',');
  const played = asked.flatMap((each) => scenarios[each] ?? []);
  const { profile = 'sandbox', config: own = {} } = played[0] ?? {};
  const config = merge(own, options.config);
  // An invalid configuration is refused before an engine is started.
  const { dataset, kit } = chosenConfig({ profile }, config);
  if (keep && asked.includes('denied')) throw new Refused('--keep: scenario denied ends in a kit that lacks a grant');
  if (keep) refuseBeside(recorded());
  const through = lastPartition(dataset, options.through);
  // A missing file is reported now, and not by a scenario after the deployment.
  openSource(dataset);
  if (options.profile !== undefined && options.profile !== profile)
    throw new Refused(
      `scenario ${name} is rehearsed with profile ${profile}, not ${options.profile}; npm run synth -- -c profile=${options.profile} shows its templates`,
    );
  const out = terminal();
  // Spark splits folder names at commas.
  const runDir = newRunDir(asked.join('+'));
  out.line(
    `rehearsing ${name}, profile ${profile}, in ${relative(ROOT, runDir)}: ${played.map(({ title }) => title).join('; ') || 'one statement is missing'}`,
  );
  const assembly = join(runDir, 'cdk.out');
  const started = Date.now();
  const synthesized = assemble(assembly, { profile, config }).then((isNew) =>
    out.line(`── ${isNew ? `synthesized in ${((Date.now() - started) / 1000).toFixed(1)} s` : 'synthesized before'}`),
  );
  // A failure is reported once the engine is up and can be stopped.
  synthesized.catch(() => undefined);
  const stays = (engine: Engine) => {
    const asked = { kit, profile, config };
    record({ endpoint: engine.root.endpoint, pid: engine.pid, runDir, startedAt: new Date().toISOString(), asked });
    engine.stay();
    out.line('the account stays, no AWS was touched: npm run local -- status shows it, -- stop ends it');
  };
  const run = { profile, config, runDir, assembly, synthesized, through, assumed, out, keep: keep ? stays : undefined };
  const summary = name === 'denied' ? await denied(run, seed) : await rehearse({ ...run, name, scenarios: played });
  // A report needs the evidence, which a failed deployment does not have.
  const drawable = existsSync(join(runDir, 'evidence.json'));
  tell(summary, drawable ? relative(ROOT, writeReport(runDir)) : `none; logs are in ${relative(ROOT, runDir)}`);
  return summary.status === 'passed' ? 0 : 1;
}

/** @throws Refused unless it is a partition after the history of the dataset's story */
function lastPartition(name: string, asked: string | undefined): string {
  const { history, last, through = last } = storyOf(name);
  const later = [...partitionsOf(datasetOf(name), { start: history.end, end: endOf(last) })];
  if (asked !== undefined && !later.includes(asked))
    throw new Refused(`--through ${asked}: it must be ${later[0]} to ${later.at(-1)}`);
  return asked ?? through;
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
    '  next      npm run lab 0: ten minutes in an account like this one, which stays',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
