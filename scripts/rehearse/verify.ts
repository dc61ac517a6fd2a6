/** Recomputes the summary of a run from its evidence: S3 objects, execution histories, tables, packages and the audit. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DayRange } from '../../lib/shared/days';
import { layout } from '../../lib/shared/names';
import type { BakeoffTable } from '../operate/bakeoff';
import type { WindowOutcome } from '../operate/monitor';
import { templateFiles } from '../shared/cdk';
import type { Audit } from './engine';
import type { Deployment, Evidence } from './evidence';
import type { Assumed } from './unknowns';

type Watched = 'window' | 'status' | 'records' | 'labelCoverage' | 'violations' | 'confirmed';
interface MonitoredWindow extends Pick<WindowOutcome, Watched> {
  champion: number;
  /** Name of the scores' measure; null when nothing was measured. */
  measure: string | null;
  score: number | null;
  ruleScore: number | null;
}
export interface Gate {
  measure: string;
  window: DayRange;
  rows: number;
  championScore: number | null;
  challengerScore: number;
  ruleScore: number;
  gain: number | null;
  interval: [number, number] | null;
  /** Second measure, and the challenger's loss in it. */
  guard: string;
  guardDelta: number | null;
  promoted: boolean;
  reason: string;
}
interface Bakeoff extends Pick<BakeoffTable, 'winner' | 'measure' | 'failed'> {
  families: Pick<BakeoffTable['families'][number], 'family' | 'selectScore' | 'score' | 'gain' | 'interval'>[];
}
/** The part of a summary that follows from the evidence. */
export interface Recomputed {
  templates: Evidence['templates'];
  releases: { version: number; trigger: string; trainedThrough: string; outcome: string; reason?: string }[];
  monitor: MonitoredWindow[];
  decisions: { episode: string | null; attempt: number; outcome: string; reason: string; window?: DayRange }[];
  gates: Gate[];
  bakeoffs: Bakeoff[];
  deployments: Deployment[];
  iam: Pick<Audit, 'allowed' | 'unused' | 'unproven'> & { denied: number; denials: Audit['denied'] };
  /** Findings of `sweep` after `down`. */
  sweep: {
    left: string[];
    /** Kinds that could not be listed. */
    unanswered: string[];
    /** Number of resources that end by themselves or are shared, by reason. */
    apart: Record<string, number>;
  };
  notRehearsed: Audit['notRehearsed'];
}
export interface Summary extends Recomputed {
  status: 'passed' | 'failed';
  reason?: string;
  scenario: string;
  profile: string;
  seed?: number;
  startedAt?: string;
  durationSeconds: number;
  assumed: Assumed;
}

export const versionOf = (modelPackageArn: string): number => Number(modelPackageArn.split('/').at(-1));

export function recompute(evidence: Evidence, audit: Audit): Recomputed {
  const { allowed, denied: denials, unused, unproven, notRehearsed } = audit;
  return {
    templates: evidence.templates,
    releases: releases(evidence),
    monitor: outcomesOf(evidence).map(monitored),
    decisions: decisions(evidence),
    gates: gates(evidence),
    bakeoffs: bakeoffs(evidence),
    deployments: evidence.deployments.map(({ from: _from, to: _to, ...told }) => told),
    iam: { allowed, denied: denials.length, denials, unused, unproven },
    sweep: leftovers(evidence.sweep),
    notRehearsed,
  };
}

function leftovers(found: Evidence['sweep']): Summary['sweep'] {
  if (found === undefined) return { left: [], unanswered: ['everything: the run did not come to it'], apart: {} };
  const apart: Record<string, number> = {};
  for (const { apart: why } of found.apart) apart[why] = (apart[why] ?? 0) + 1;
  return {
    left: found.left.map(({ kind, name }) => `${kind} ${name}`),
    unanswered: found.unanswered.map(({ kind }) => kind),
    apart,
  };
}

/** The files of that name under a prefix of the evidence, ordered by key. */
export function written<T>({ objects }: Pick<Evidence, 'objects'>, prefix: string, file: string): T[] {
  return Object.entries(objects)
    .filter(([key]) => key.startsWith(prefix) && key.endsWith(`/${file}`))
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([, value]) => value as T);
}

function releases({ machines, packages }: Evidence): Summary['releases'] {
  return machines.release.flatMap(({ input, output, status, error, cause }) => {
    const arn = (output?.modelPackageArn ?? input.modelPackageArn) as string | undefined;
    const found = packages.find((p) => p.arn === arn);
    if (arn === undefined || found === undefined) return [];
    const outcome = (output?.outcome as string | undefined) ?? (status === 'SUCCEEDED' ? 'released' : 'failed');
    const reason = (output?.reason as string | undefined) ?? (error === null ? undefined : `${error}: ${cause ?? ''}`);
    return [
      {
        version: found.version,
        trigger: found.metadata.trigger ?? 'unknown',
        trainedThrough: found.metadata.trainedThrough ?? 'unknown',
        outcome,
        reason,
      },
    ];
  });
}

/** A window as recorded in its outcome.json. */
export function monitored(outcome: Omit<WindowOutcome, 'outcomeUri'>): MonitoredWindow {
  const { window, status, champion, records, labelCoverage, violations, confirmed, quality } = outcome;
  return {
    window,
    status,
    champion: versionOf(champion),
    records,
    labelCoverage,
    violations: violations.map(({ feature, check, value, threshold }) => ({ feature, check, value, threshold })),
    confirmed,
    measure: quality?.measure ?? null,
    score: quality?.score ?? null,
    ruleScore: quality?.ruleScore ?? null,
  };
}

/** The outcome.json of every monitored window, in the order of their days. */
export const outcomesOf = <Outcome extends WindowOutcome>(evidence: Evidence): Outcome[] =>
  written<Outcome>(evidence, 'artifacts/windows/', layout.files.window.outcome).sort(
    (a, b) => a.window.end.localeCompare(b.window.end) || versionOf(a.champion) - versionOf(b.champion),
  );

function decisions({ state }: Evidence): Summary['decisions'] {
  return state
    .filter((item) => String(item.pk).startsWith('decision#'))
    .sort((a, b) => `${String(a.pk)}${String(a.sk)}`.localeCompare(`${String(b.pk)}${String(b.sk)}`))
    .map((item) => ({
      episode: (item.episode as string | undefined) ?? null,
      attempt: Number(item.attempt ?? 0),
      outcome: String(item.outcome),
      reason: String(item.reason),
      window: (item.evidence as { window?: DayRange } | undefined)?.window,
    }));
}

function gates(evidence: Evidence): Gate[] {
  return written<Gate>(evidence, 'artifacts/evaluations/', layout.files.evaluation.decision)
    .map((d) => ({
      window: d.window,
      rows: d.rows,
      measure: d.measure,
      championScore: d.championScore,
      challengerScore: d.challengerScore,
      ruleScore: d.ruleScore,
      gain: d.gain,
      interval: d.interval,
      guard: d.guard,
      guardDelta: d.guardDelta,
      promoted: d.promoted,
      reason: d.reason,
    }))
    .sort((a, b) => a.window.end.localeCompare(b.window.end));
}

const bakeoffs = (evidence: Evidence): Bakeoff[] =>
  written<BakeoffTable>(evidence, 'artifacts/evaluations/', layout.files.bakeoff.table).map(
    ({ winner, measure, families, failed }) => ({
      winner,
      measure,
      families: families.map(({ family, selectScore, score, gain, interval }) => ({
        family,
        selectScore,
        score,
        gain,
        interval,
      })),
      failed,
    }),
  );

/**
 * Compares the deployed templates with the synthesized ones.
 * @returns one sentence per stack with a different template
 */
export function changedTemplates(templates: Evidence['templates'], assembly: string): string[] {
  const files = templateFiles(assembly);
  const hash = (file = '') =>
    createHash('sha256')
      .update(file && readFileSync(file))
      .digest('hex');
  return templates
    .filter(({ stack, sha256 }) => sha256 !== hash(files.get(stack)))
    .map(({ stack }) => `the template of ${stack} in the account is not the synthesized one`);
}

/**
 * Compares the scenario's observations with the evidence.
 * @returns one sentence per difference; empty when they agree
 */
export function compare(seen: Pick<Recomputed, 'releases' | 'monitor'>, found: Recomputed): string[] {
  const differences: string[] = [];
  const check = (what: string, a: unknown, b: unknown) => {
    if (JSON.stringify(a) !== JSON.stringify(b))
      differences.push(`${what}: the scenario saw ${JSON.stringify(a)}, the evidence has ${JSON.stringify(b)}`);
  };
  const released = (list: Summary['releases']) =>
    list.filter((r) => r.outcome !== 'skipped').map((r) => [r.version, r.outcome]);
  check('releases', released(seen.releases), released(found.releases));
  const windowFacts = (list: MonitoredWindow[]) =>
    list.map((m) => [m.window.end, m.status, m.records, m.violations.length, m.confirmed]);
  check('monitored windows', windowFacts(seen.monitor), windowFacts(found.monitor));
  return differences;
}
