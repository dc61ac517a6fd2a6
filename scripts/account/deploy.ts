/** Deploys the kit into an empty account, or continues after a partial failure. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { stacksOf } from '../../lib/rooms';
import { Refused } from '../../lib/shared/refused';
import type { Aws } from '../operate/deployed-kit';
import { readKit, type Template } from '../shared/templates';
import type { Out } from '../shared/out';
import { pause } from '../operate/pace';
import { cdk, environmentOf, templateFiles } from '../shared/cdk';
import { down, plan } from './down';
import { resets } from './resets';
import {
  deleteStack,
  eventsSince,
  firstFailure,
  inProgress,
  type KitStack,
  kitStacks,
  POLL_MS,
  templateOf,
} from './stacks';

export interface Deployment {
  kit: string;
  aws: Aws;
  assembly: string;
  /** File for the complete output of the CDK CLI. */
  log: string;
  out: Out;
}

export interface StackOutcome {
  stack: string;
  /** CloudFormation's, or `UNCHANGED`. */
  status: string;
  seconds: number;
}

/** A stack whose creation failed can only be deleted. */
const UNBORN = /^(CREATE_FAILED|ROLLBACK_COMPLETE|ROLLBACK_FAILED|REVIEW_IN_PROGRESS|DELETE_FAILED)$/;

/**
 * Deploys every stack of the assembly in order and reports the result of each; deletes the stacks of rooms that are not in it.
 * @throws Refused when it would reset the released model, or when CloudFormation is not ready for it
 * @throws Error naming the first resource that failed, and why
 */
export async function deployKit(deployment: Deployment): Promise<StackOutcome[]> {
  const { kit, aws, assembly, out } = deployment;
  const client = new CloudFormationClient(aws);
  const before = await kitStacks(client, kit);
  const standing = await refuse(client, kit, before, assembly);
  for (const { name, status } of before.filter((stack) => UNBORN.test(stack.status))) {
    out.line(`${name} is ${status}; delete it to go on`);
    const failure = await deleteStack(client, name);
    if (failure !== undefined)
      throw new Error(`${name} cannot be deleted: ${failure}\nnpm run kit -- down empties what blocks it`);
  }

  await removeRooms(deployment, standing);
  const started = new Date();
  let isRunning = true;
  // Failures of stacks are reported before an error of the CLI itself.
  const failed = cdkDeploy(deployment, ['--all'])
    .then(() => undefined)
    .catch((error: Error) => error)
    .finally(() => (isRunning = false));
  const outcomes = await follow(client, deployment, started, before, () => isRunning);
  const error = await failed;
  if (error !== undefined) throw await explained(client, deployment, started, error);
  return outcomes;
}

const cdkDeploy = async ({ assembly, log, aws }: Deployment, which: readonly string[]) =>
  cdk(
    ['deploy', ...which, '--app', assembly, '--require-approval', 'never', '--progress', 'events', '--no-notices'],
    log,
    await environmentOf(aws),
  );

/** Stacks of the account whose room is not in the deployed app. */
export const leaving = <Stack extends { name: string }>(stacks: readonly Stack[], assembly: string): Stack[] => {
  const files = templateFiles(assembly);
  return stacks.filter(({ name }) => !files.has(name));
};

/**
 * Deletes stacks that left the app, which the CDK never does. Stacks that import from them are updated before, earlier stacks after:
 * CloudFormation refuses to remove an export that another stack imports.
 */
async function removeRooms(deployment: Deployment, standing: readonly Standing[]): Promise<void> {
  const { kit, aws, assembly, out } = deployment;
  const gone = leaving(standing, assembly).map(({ name }) => name);
  if (gone.length === 0) return;
  const importing = importers(standing, gone);
  if (importing.length > 0) await cdkDeploy(deployment, [...importing, '--exclusively']);
  await down(aws, await plan(aws, kit, gone), out);
}

/** Construct ids of remaining stacks that import from a leaving one. */
export const importers = (
  standing: readonly Pick<Standing, 'name' | 'room' | 'template'>[],
  gone: readonly string[],
): string[] =>
  standing
    .filter(({ name }) => !gone.includes(name))
    .filter(({ template }) => {
      const text = JSON.stringify(template);
      return gone.some((name) => text.includes(`"Fn::ImportValue":"${name}:`));
    })
    .flatMap(({ room }) => stacksOf().flatMap(({ id, stack }) => (stack === room ? [id] : [])));

/** An updatable stack with its deployed template. */
type Standing = KitStack & { template: Template };

async function refuse(
  client: CloudFormationClient,
  kit: string,
  before: KitStack[],
  assembly: string,
): Promise<Standing[]> {
  const busy = before.find(({ status }) => inProgress(status));
  if (busy !== undefined)
    throw new Refused(
      `${busy.name} is ${busy.status}: another operation, such as a release, is in progress; run up again when it has ended`,
    );
  const stuck = before.find(({ status }) => /^(UPDATE_ROLLBACK_FAILED|UPDATE_FAILED)$/.test(status));
  if (stuck !== undefined)
    throw new Refused(
      `${stuck.name} is ${stuck.status} (${stuck.reason ?? 'no reason given'}): mend the cause, then ` +
        `aws cloudformation continue-update-rollback --stack-name ${stuck.name}, or delete everything with npm run kit -- down`,
    );
  const stand = before.filter(({ status }) => !UNBORN.test(status));
  const deployed = await Promise.all(
    stand.map(async (stack) => ({ ...stack, template: await templateOf(client, stack.name) })),
  );
  const reasons = resets(kit, deployed, readKit(assembly).templates);
  if (reasons.length > 0) throw new Refused(`refused, nothing was changed:\n${reasons.join('\n')}`);
  return deployed;
}

/** Reports each stack when it ends, until the CLI ends. */
async function follow(
  client: CloudFormationClient,
  { kit, out, assembly }: Deployment,
  started: Date,
  before: readonly KitStack[],
  isRunning: () => boolean,
): Promise<StackOutcome[]> {
  const told = new Map<string, StackOutcome>();
  const key = ({ status, updatedAt }: KitStack) => `${status} ${updatedAt.getTime()}`;
  const asItWas = new Map(before.map((stack) => [stack.name, key(stack)]));
  for (;;) {
    const last = !isRunning();
    for (const stack of await kitStacks(client, kit)) {
      const { name, status } = stack;
      if (told.has(name) || asItWas.get(name) === key(stack)) continue;
      if (inProgress(status)) out.progress(await progress(client, name, started));
      else if (status !== 'REVIEW_IN_PROGRESS') {
        const outcome = { stack: name, status, seconds: (Date.now() - started.getTime()) / 1000 };
        told.set(name, outcome);
        out.line(`${status.padEnd(16)} ${name} after ${outcome.seconds.toFixed(1)} s`);
      }
    }
    if (last) break;
    await pause(client, POLL_MS);
  }
  for (const name of templateFiles(assembly).keys())
    if (!told.has(name) && asItWas.has(name)) told.set(name, { stack: name, status: 'UNCHANGED', seconds: 0 });
  return [...told.values()];
}

async function progress(client: CloudFormationClient, name: string, since: Date): Promise<string> {
  const events = await eventsSince(client, name, since);
  const state = new Map(events.map(({ LogicalResourceId, ResourceStatus }) => [LogicalResourceId, ResourceStatus]));
  const ready = [...state.values()].filter((status) => status?.endsWith('_COMPLETE')).length;
  return `${name}: ${ready} of ${state.size} resources so far; ${events.at(-1)?.LogicalResourceId ?? ''}`;
}

/** The failure of the first failed stack, or the CLI's own message. */
async function explained(
  client: CloudFormationClient,
  { kit, log }: Deployment,
  since: Date,
  error: Error,
): Promise<Error> {
  for (const { name, status } of await kitStacks(client, kit)) {
    if (!/ROLLBACK|FAILED/.test(status)) continue;
    const failure = firstFailure(await eventsSince(client, name, since));
    if (failure === undefined) continue;
    const collision = /already exists/i.test(failure)
      ? '\nan earlier deployment may have left it: npm run kit -- sweep lists what is left and how to remove it'
      : '';
    return new Error(`stack ${name} ended ${status}: ${failure}${collision}\nthe whole output: ${log}`, {
      cause: error,
    });
  }
  return error;
}
