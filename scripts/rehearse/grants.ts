/** Finds what detects the removal of a statement: recorded decisions of earlier runs replayed without it, or the static checks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synth } from '../shared/cdk';
import type { StackName } from '../../lib/rooms';
import { modelOf } from '../shared/model';
import type { Out } from '../shared/out';
import { type Json, readKit, type Templates } from '../shared/templates';
import { brokenEdges } from './edges';
import { python } from './engine';

/** One statement, removed alone. */
export interface Removal {
  id: string;
  stack: string;
  /** Its path in the template. */
  path: (string | number)[];
  kind: 'identity' | 'resource' | 'trust' | 'managed';
  actions: string[];
  /** Calls that become denied, by scenario, the fastest first: principal and action. */
  calls: Record<string, [principal: string, action: string][]>;
  /** Violations found by the static checks. */
  edges: string[];
  /** Why AWS needs it although the emulator cannot exercise it, from the list of such grants. */
  listed: string[];
}

export interface Grants {
  seconds: number;
  /** Recorded decisions by scenario. */
  decisions: Record<string, number>;
  statements: Removal[];
  /** Statements that are neither detected nor listed. */
  unaccounted: string[];
  /** Statements that are listed although they are detected. */
  overlooked: string[];
  /** Recorded decisions of this profile that the complete policies decide differently. */
  disagreements: string[];
  /** Indices of list rows that account for a statement. */
  rows: number[];
}

/** Replays the recordings against the policies of an assembly, and checks its edges, with each statement removed alone. */
export async function grants(assembly: string, profile: string): Promise<Grants> {
  const replayed = JSON.parse(await python('engine.audit.statements', assembly, '--profile', profile)) as Grants;
  const { kit, templates } = readKit(assembly);
  const problems = (of: Templates) => brokenEdges(modelOf(of, { variant: profile, profile, kit }));
  const sound = problems(templates);
  const statements = replayed.statements.map((statement): Removal => {
    const room = statement.stack.slice(kit.length + 1) as StackName;
    const template = structuredClone(templates[room]);
    takeOut(template, statement.path);
    return {
      ...statement,
      edges: problems({ ...templates, [room]: template }).filter((each) => !sound.includes(each)),
    };
  });
  const ids = (pick: (noticed: boolean, listed: boolean) => boolean) =>
    statements
      .filter(({ calls, edges, listed }) => pick(Object.keys(calls).length + edges.length > 0, listed.length > 0))
      .map(({ id }) => id);
  return {
    ...{ ...replayed, statements },
    unaccounted: ids((noticed, listed) => !noticed && !listed),
    overlooked: ids((noticed, listed) => noticed && listed),
  };
}

/** Removes the member at a path. @param instead replaces a member of a list */
export function takeOut(template: Json, path: Removal['path'], ...instead: Json[]): void {
  const holder = path.slice(0, -1).reduce<Json>((value, step) => value[step], template);
  const last = path.at(-1)!;
  if (Array.isArray(holder)) holder.splice(Number(last), 1, ...instead);
  else delete holder[last];
}

/** Stores the decisions of the newest passed run of each scenario. @returns the written files, one per line */
export async function record(runs: string): Promise<string> {
  return python('engine.audit.recording', runs);
}

/** @returns the exit code */
export async function grantsCommand(options: { profile: string; json: boolean }, out: Out): Promise<number> {
  const assembly = mkdtempSync(join(tmpdir(), 'grants-'));
  try {
    await synth(assembly, { profile: options.profile }, { validate: false });
    const found = await grants(assembly, options.profile);
    if (options.json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
    else told(found).forEach((line) => out.line(line));
    return found.unaccounted.length + found.overlooked.length + found.disagreements.length === 0 ? 0 : 1;
  } finally {
    rmSync(assembly, { recursive: true });
  }
}

export function told({ seconds, decisions, statements, unaccounted, overlooked, disagreements }: Grants): string[] {
  const called = statements.filter(({ calls }) => Object.keys(calls).length > 0);
  const edges = statements.filter((s) => !called.includes(s) && s.edges.length > 0);
  const listed = statements.filter((s) => s.listed.length > 0);
  const recorded = Object.entries(decisions).map(([scenario, count]) => `${scenario} ${count}`);
  return [
    `${statements.length} statements, each removed alone, in ${seconds} s; recorded decisions: ${recorded.join(', ')}`,
    `  ${called.length} detected by a call that is no longer allowed`,
    `  ${edges.length} detected by the static checks of a rehearsal`,
    `  ${listed.length} on the list of grants that AWS needs and the emulator cannot exercise`,
    ...unaccounted.map((id) => `neither detected nor listed: ${id}; is it needed?`),
    ...overlooked.map((id) => `listed, but detected: ${id}; remove it from engine/audit/unexercised.json`),
    ...disagreements.map((sentence) => `${sentence}; rehearse the scenario, then grants --record`),
  ];
}
