/** Scenario `denied`: removes one statement that the replay needs, and expects a run to fail for it. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { templateFiles } from '../shared/cdk';
import type { Audit } from './engine';
import type { Json } from '../shared/templates';
import { grants, type Removal, takeOut } from './grants';
import { rehearse, type Rehearsal, told, writeSummary } from './rehearsal';
import { scenarios } from './scenarios';
import type { Summary } from './verify';

/** Stands in for a role's statement, because IAM refuses a policy without any. */
const NOTHING = { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' };
/** CloudFormation truncates a role's name before its suffix. */
const LONGEST_PREFIX = 64 - 13;

/** @param seed selects the statement; printed, so that a run can be repeated */
export async function denied(run: Omit<Rehearsal, 'scenarios' | 'name'>, seed: number): Promise<Summary> {
  await run.synthesized;
  const { statement, scenario } = draw((await grants(run.assembly, run.profile)).statements, seed);
  const calls = statement.calls[scenario]!;
  const actions = [...new Set(calls.map(([, action]) => action))].join(', ');
  run.out.line(`seed ${seed} draws ${statement.id}: without it ${scenario} is denied ${actions}`);
  without(statement, run.assembly);
  const crippled = await rehearse({ ...run, name: 'denied', scenarios: [scenarios[scenario]!] });
  const refusal = crippled.iam.denials.find((denial) => calls.some((call) => isDenialOf(denial, call)));
  const asItMust = crippled.status === 'failed' && refusal !== undefined;
  const named = refusal === undefined ? 'the audit has no refusal of it' : told(refusal);
  const summary: Summary = {
    ...crippled,
    status: asItMust ? 'passed' : 'failed',
    seed,
    reason: asItMust
      ? `${scenario} without ${statement.id} failed as it must: ${named}`
      : `${statement.id} is gone, and ${scenario} ended ${crippled.status}; ${named}`,
  };
  writeSummary(run.runDir, summary);
  return summary;
}

/** A statement that calls of a scenario need, with the fastest of these scenarios. @throws Error when there is none */
export function draw(statements: readonly Removal[], seed: number): { statement: Removal; scenario: string } {
  const candidates = statements.flatMap((statement) => {
    const scenario = Object.keys(statement.calls).find((name) => name in scenarios);
    return scenario === undefined ? [] : [{ statement, scenario }];
  });
  // Hashing makes neighbouring seeds select distant statements.
  const at = createHash('sha256').update(String(seed)).digest().readUInt32BE() % candidates.length;
  const drawn = candidates[at];
  if (drawn === undefined)
    throw new Error(
      'no recorded call needs any statement: rehearse the scenarios, then `npm run kit -- grants --record`',
    );
  return drawn;
}

/** Whether a refusal in a run belongs to the call: the role's physical name begins with its stack and logical id. */
export function isDenialOf(
  { principal, action }: Pick<Audit['denied'][number], 'principal' | 'action'>,
  [caller, called]: [principal: string, action: string],
): boolean {
  const name = principal.split('/')[0]!;
  const prefix = `${caller.replace('/', '-')}-`.slice(0, LONGEST_PREFIX);
  return action === called && (name === caller || name.startsWith(prefix));
}

/** Removes a statement from its template. */
export function without({ stack, path, kind }: Removal, assembly: string): void {
  const file = templateFiles(assembly).get(stack);
  if (file === undefined) throw new Error(`${assembly} has no template of stack ${stack}`);
  const template = JSON.parse(readFileSync(file, 'utf8')) as Json;
  takeOut(template, path, ...(kind === 'identity' ? [NOTHING] : []));
  writeFileSync(file, JSON.stringify(template, null, 1));
}
