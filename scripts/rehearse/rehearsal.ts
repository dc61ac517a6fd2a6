/** One rehearsal: bootstrap, up, play, gather, down, sweep, verify. */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { resolveConfig } from '../../lib/config';
import schema from '../../schema/summary.schema.json';
import { ROOT } from '../shared/cdk';
import { deployKit } from '../account/deploy';
import { down, plan } from '../account/down';
import { lines, sweep } from '../account/sweep';
import { openSource, storyOf } from '../../datasets/module';
import { discoverKit } from '../operate/deployed-kit';
import { modelOf } from '../shared/model';
import type { Out } from '../shared/out';
import { readKit } from '../shared/templates';
import { assumeClient, CLIENT_ROLE, proveBoundary } from './client-role';
import { brokenEdges } from './edges';
import { audit, type Audit, bootstrap, type Engine, startEngine } from './engine';
import { type Evidence, gather, keep } from './evidence';
import type { Ground, Scenario, Seen } from './scenario';
import { timedInto } from './timings';
import type { Assumed } from './unknowns';
import { lineageFaults, replacedSince } from './verify-lineage';
import { changedTemplates, compare, recompute, type Recomputed, type Summary } from './verify';

export interface Rehearsal {
  readonly name: string;
  /** Scenarios that run one after another on one deployment. */
  readonly scenarios: readonly Scenario[];
  readonly profile: string;
  /** Overrides of the profile. */
  readonly config: Record<string, unknown>;
  /** Folder of the run, created here. */
  readonly runDir: string;
  readonly assembly: string;
  /** Resolves when the app is synthesized; the engine starts meanwhile. */
  readonly synthesized: Promise<void>;
  readonly through: string;
  /** AWS's answers to undocumented questions. */
  readonly assumed: Assumed;
  /** Is given the engine to go on with: nothing is taken down, not even after a failure. @default everything ends */
  readonly keep?: (engine: Engine) => void;
  readonly out: Out;
}

const empty: Recomputed = {
  templates: [],
  releases: [],
  monitor: [],
  decisions: [],
  gates: [],
  bakeoffs: [],
  deployments: [],
  iam: { allowed: 0, denied: 0, denials: [], unused: [], unproven: [] },
  sweep: { left: [], unanswered: [], apart: {} },
  notRehearsed: [],
};

/** Plays scenarios from an empty account until nothing is left. A failure has a summary too. */
export async function rehearse(run: Rehearsal): Promise<Summary> {
  const started = Date.now();
  mkdirSync(run.runDir, { recursive: true });
  const problems: string[] = [];
  const findings: string[] = [];
  let found = empty;
  const quotas = Object.assign({}, ...run.scenarios.map(({ quotas }) => quotas));
  const engine = await startEngine(run.runDir, quotas, run.assumed);
  const interrupt = () => void engine.stop().then(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await run.synthesized;
    const seen: Seen = { releases: [], monitor: [] };
    const { kit } = resolveConfig(run.profile, run.config);
    const { assembly, out, scenarios, config } = run;
    const ground: Ground = { aws: engine.root, kit, assembly, config, log: join(run.runDir, 'up.log'), out };
    await step('bootstrap', run, problems, () => bootstrap(engine, assembly, join(run.runDir, 'bootstrap.log')));
    for (const { before } of scenarios)
      if (before !== undefined) await step('before', run, problems, () => before(ground));
    if (problems.length === 0) await step('up', run, problems, () => deployKit(ground));
    for (const scenario of scenarios)
      if (problems.length === 0)
        await step(scenario.name, run, problems, async () => findings.push(await play(scenario, run, engine, seen)));
    let evidence: Evidence | undefined;
    await step('gather', run, problems, async () => {
      evidence = await gather(engine.root, kit, run.runDir);
    });
    if (run.keep === undefined) {
      for (const { after } of scenarios)
        if (problems.length === 0 && after !== undefined)
          await step('after', run, problems, async () => findings.push(await after(ground)));
      await step('down', run, problems, async () => down(engine.root, await plan(engine.root, kit), out));
      await step('sweep', run, problems, async () => {
        const found = await sweep(engine.root, kit);
        for (const line of lines(found)) out.line(line);
        if (evidence !== undefined) keep(run.runDir, (evidence = { ...evidence, sweep: found }));
        for (const { swept } of scenarios) if (swept !== undefined) findings.push(await swept(ground));
      });
    }
    await step('verify', run, problems, async () => {
      if (evidence === undefined) return;
      // The audit comes last, because deletion needs permissions too.
      const audited = await audit(run.runDir, run.assembly);
      found = recompute(evidence, audited);
      replacedSince(evidence).forEach((sentence) => run.out.line(sentence));
      problems.push(
        ...compare(seen, found),
        ...run.scenarios.flatMap(({ prove }) => prove?.(found) ?? []),
        ...lineageFaults(evidence),
        ...changedTemplates(found.templates, run.assembly),
        ...found.sweep.left.map((name) => `${name} is left after down`),
        ...(run.keep === undefined ? found.sweep.unanswered.map((kind) => `sweep could not list ${kind}`) : []),
        ...unexpected(audited),
        ...brokenEdges(modelOf(readKit(run.assembly).templates, { variant: run.profile, profile: run.profile, kit })),
      );
    });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    if (run.keep === undefined) await engine.stop();
    else run.keep(engine);
  }
  const summary: Summary = {
    status: problems.length === 0 ? 'passed' : 'failed',
    reason: (problems.length === 0 ? findings : problems).join('; '),
    scenario: run.name,
    profile: run.profile,
    startedAt: new Date(started).toISOString(),
    durationSeconds: Math.round((Date.now() - started) / 100) / 10,
    assumed: run.assumed,
    ...found,
  };
  writeSummary(run.runDir, summary);
  return summary;
}

/** @throws ZodError when the summary violates schema/summary.schema.json */
export function writeSummary(runDir: string, summary: Summary): void {
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).parse(summary);
  writeFileSync(join(runDir, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
}

/** Each scenario has the user's role with its own extra permissions only. */
async function play(
  scenario: Scenario,
  { profile, config: overrides, through, out, runDir }: Rehearsal,
  engine: Engine,
  seen: Seen,
): Promise<string> {
  const config = resolveConfig(profile, overrides);
  const client = await assumeClient(engine.root, config.kit, scenario.extra);
  await proveBoundary(client, config.kit, scenario.extra);
  const kit = await discoverKit(config.kit, client);
  return scenario.play({
    kit,
    config,
    source: openSource(config.dataset),
    story: storyOf(config.dataset),
    out,
    seen,
    timed: timedInto(runDir),
    through,
  });
}

/** Runs one part and prints its duration; after a failure the rest still runs, so that its evidence is kept. */
async function step(
  name: string,
  { out, runDir }: Rehearsal,
  problems: string[],
  part: () => Promise<unknown>,
): Promise<void> {
  const started = Date.now();
  out.line(`── ${name}`);
  try {
    await timedInto(runDir)(name, part);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    out.line(`failed: ${problems.at(-1)}`);
  }
  out.line(`   ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Unexpected refusals: a grant is missing. `proveBoundary` causes the expected ones. */
export function unexpected({ denied }: Pick<Audit, 'denied'>): string[] {
  const others = denied.filter(({ principal }) => !principal.startsWith(`${CLIENT_ROLE}/`));
  return [...new Set(others.map(told))];
}

/** A refusal in a sentence, without the session of its principal. */
export const told = ({ principal, action, resource }: Audit['denied'][number]): string =>
  `${principal.split('/')[0]} was denied ${action} on ${resource}`;

/** `.rehearsal/<time>-<scenario>`; `latest` points to it. */
export function newRunDir(scenario: string): string {
  const base = join(ROOT, '.rehearsal');
  const id = `${new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-')}-${scenario}`;
  mkdirSync(join(base, id), { recursive: true });
  // Renamed into place, because two rehearsals that start together may both create it.
  const link = join(base, id, 'latest');
  symlinkSync(id, link);
  renameSync(link, join(base, 'latest'));
  return join(base, id);
}
