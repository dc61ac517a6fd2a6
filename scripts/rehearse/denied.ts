/** Scenario `denied`: takes away one statement that the audit shows in use, and sees the run fail for it. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Audit } from './engine';
import { rehearse, type Rehearsal, writeSummary } from './rehearsal';
import { loop } from './scenarios/loop';
import type { Summary } from './verify';

interface Statement {
  Effect: string;
  Action: string | string[];
}
interface Template {
  Resources: Record<
    string,
    { Type: string; Properties?: { Roles?: { Ref?: string }[]; PolicyDocument?: { Statement: Statement[] } } }
  >;
}

/** Stands in for the statement: a policy without any is refused. */
const NOTHING: Statement & { Resource: string } = { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' };

export interface Candidate {
  file: string;
  policy: string;
  statement: number;
  role: string;
  actions: string[];
}

/** @param seed draws the statement; printed, so that a run can be repeated */
export async function denied(run: Omit<Rehearsal, 'scenario' | 'name'>, seed: number): Promise<Summary> {
  const folder = join(run.runDir, 'reference');
  // `cdk.out` in a run's folder is what that run deployed.
  const whole = join(folder, 'cdk.out');
  cpSync(run.assembly, whole, { recursive: true });
  const reference = await rehearse({ ...run, name: 'denied', scenario: loop, runDir: folder, assembly: whole });
  if (reference.status === 'failed')
    return { ...reference, seed, reason: `the run with every grant failed already: ${reference.reason}` };
  const candidates = inUse(whole, usedActions(folder));
  const drawn = candidates[seed % candidates.length];
  if (drawn === undefined) throw new Error('the audit shows no statement in use: did the reference run do anything?');
  run.out.line(
    `seed ${seed} draws statement ${drawn.statement} of ${drawn.policy}: ${drawn.actions.join(', ')} for ${drawn.role}`,
  );
  without(drawn, run.assembly);
  const crippled = await rehearse({ ...run, name: 'denied', scenario: loop });
  const refusal = crippled.iam.denials.find(
    ({ principal, action }) =>
      principal.includes(drawn.role) && drawn.actions.some((pattern) => covers(pattern, action)),
  );
  const asItMust = crippled.status === 'failed' && refusal !== undefined;
  const named =
    refusal === undefined
      ? 'no refusal of it is in the audit'
      : `${refusal.principal.split('/')[0]} was denied ${refusal.action} on ${refusal.resource}`;
  const summary: Summary = {
    ...crippled,
    status: asItMust ? 'passed' : 'failed',
    seed,
    reason: asItMust
      ? `failed as it must: ${named}`
      : `statement ${drawn.statement} of ${drawn.policy} is gone, and the run ended ${crippled.status}; ${named}`,
    durationSeconds: reference.durationSeconds + crippled.durationSeconds,
  };
  writeSummary(run.runDir, summary);
  return summary;
}

/** Allowed actions by principal, from the audit's own lines. */
function usedActions(runDir: string): Pick<Audit['denied'][number], 'principal' | 'action'>[] {
  return readFileSync(join(runDir, 'audit.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { principal: string; action: string; decision: string })
    .filter(({ decision }) => decision === 'Allow');
}

/** Statements of role policies, at least one action of which the role used and no other statement of it allows. */
export function inUse(assembly: string, used: ReturnType<typeof usedActions>): Candidate[] {
  const found: Candidate[] = [];
  for (const file of readdirSync(assembly)
    .filter((name) => name.endsWith('.template.json'))
    .sort()) {
    const { Resources } = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as Template;
    for (const [policy, { Type, Properties }] of Object.entries(Resources)) {
      const role = Properties?.Roles?.[0]?.Ref;
      const statements = Properties?.PolicyDocument?.Statement ?? [];
      if (Type !== 'AWS::IAM::Policy' || role === undefined) continue;
      const actions = new Set(
        used.filter(({ principal }) => principal.includes(`-${role}-`)).map(({ action }) => action),
      );
      const allows = (s: Statement) =>
        [...actions].filter((action) => list(s.Action).some((pattern) => covers(pattern, action)));
      statements.forEach((s, statement) => {
        const others = statements.filter((_, other) => other !== statement).flatMap(allows);
        const only = allows(s).filter((action) => !others.includes(action));
        if (s.Effect === 'Allow' && only.length > 0) found.push({ file, policy, statement, role, actions: only });
      });
    }
  }
  return found;
}

function without({ file, policy, statement }: Candidate, assembly: string): void {
  const path = join(assembly, file);
  const template = JSON.parse(readFileSync(path, 'utf8')) as Template;
  template.Resources[policy]?.Properties?.PolicyDocument?.Statement.splice(statement, 1, NOTHING);
  writeFileSync(path, JSON.stringify(template, null, 1));
}

const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);

/** Whether an action pattern of a policy covers an action; both without regard to case, as IAM compares them. */
export function covers(pattern: string, action: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 'i').test(action);
}
