/** `down`: stops producers, empties buckets and registries, deletes the stacks in reverse order, and lists what is retained. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { stacksOf } from '../../lib/rooms';
import type { Aws } from '../operate/deployed-kit';
import type { Template } from '../shared/templates';
import type { Out } from '../shared/out';
import { deleteFunctionLogs, unblock } from './blockers';
import { confirm } from './confirm';
import { type Stopped, stopProducers } from './producers';
import {
  deleteStack,
  inProgress,
  type KitStack,
  kitStacks,
  resourcesOf,
  settled,
  type StackResource,
  templateOf,
} from './stacks';

export interface Plan {
  kit: string;
  /** Whether the list contains every stack of the kit. */
  whole: boolean;
  stacks: (KitStack & { resources: StackResource[] })[];
  /** Resources that the templates retain (`production` keeps its data). */
  retained: (StackResource & { stack: string })[];
}

interface Taken {
  kit: string;
  stopped: Stopped[];
  deleted: { stack: string; seconds: number }[];
  logGroups: string[];
  retained: { stack: string; type: string; physicalId: string }[];
}

/** Lists deleted and retained resources, asks for the kit's name as confirmation, and deletes. @throws Refused unless confirmed */
export async function takeDown(aws: Aws, { kit, yes }: { kit: string; yes: boolean }, out: Out): Promise<Taken> {
  const planned = await plan(aws, kit);
  for (const { name, status, resources } of planned.stacks)
    out.line(`${name.padEnd(32)} ${status}, ${resources.length} resources`);
  for (const { type, physicalId } of planned.retained) out.line(`stays: ${type} ${physicalId}`);
  if (planned.stacks.length === 0) out.line(`no stack of ${kit} is deployed here`);
  else if (!yes) await confirm(`delete these stacks, and their data unless it is retained? Type ${kit} to go on:`, kit);
  const taken = await down(aws, planned, out);
  out.line(`npm run kit -- sweep${kit === 'mlkit' ? '' : ` --kit ${kit}`} lists what is left in the account`);
  return taken;
}

/** Stacks to delete, found from the account alone. @param only names of stacks. @default every stack of the kit */
export async function plan(aws: Aws, kit: string, only?: readonly string[]): Promise<Plan> {
  const client = new CloudFormationClient(aws);
  const found = (await kitStacks(client, kit)).filter(({ name }) => only?.includes(name) ?? true);
  const stacks: Plan['stacks'] = [];
  const retained: Plan['retained'] = [];
  for (const stack of found) {
    const resources = await resourcesOf(client, stack.name);
    stacks.push({ ...stack, resources });
    // A stack that exists as a change set only has no template.
    if (stack.status === 'REVIEW_IN_PROGRESS') continue;
    const template = await templateOf(client, stack.name);
    retained.push(...kept(template, resources).map((r) => ({ ...r, stack: stack.name })));
  }
  return { kit, whole: only === undefined, stacks, retained };
}

/** Types that are deleted with another resource: a log stream with its group; the API Gateway account is a setting of the Region. */
const PARTS = new Set(['AWS::Logs::LogStream', 'AWS::ApiGateway::Account']);

/** Resources with a retaining deletion policy. */
export function kept({ Resources }: Template, resources: readonly StackResource[]): StackResource[] {
  return resources.filter(
    ({ logicalId, type }) => /^Retain/.test(Resources[logicalId]?.DeletionPolicy ?? '') && !PARTS.has(type),
  );
}

/** @throws Error naming the stack and the first resource that could not be deleted */
export async function down(aws: Aws, { kit, whole, stacks, retained }: Plan, out: Out): Promise<Taken> {
  const client = new CloudFormationClient(aws);
  const resources = stacks.flatMap((stack) => stack.resources);
  const stopped = await stopProducers(aws, whole ? kit : undefined, resources, out);
  const deleted: Taken['deleted'] = [];
  for (const { name, status } of [...stacks].reverse()) {
    const started = Date.now();
    if (inProgress(status)) out.progress(`${name} is ${status}`);
    // A stopped release leaves its stack update running, and CloudFormation refuses to delete a stack meanwhile.
    if ((await settled(client, name)) === undefined) continue;
    out.progress(`deleting ${name}`);
    await deleteWhole(aws, client, name, out);
    const seconds = (Date.now() - started) / 1000;
    deleted.push({ stack: name, seconds });
    out.line(`DELETE_COMPLETE  ${name} after ${seconds.toFixed(1)} s`);
  }
  const gone = stacks.map(({ room }) => room);
  const logGroups = await deleteFunctionLogs(
    aws,
    kit,
    whole ? undefined : stacksOf().filter(({ stack }) => gone.includes(stack)),
  );
  return {
    kit,
    stopped,
    deleted,
    logGroups,
    retained: retained.map(({ stack, type, physicalId }) => ({ stack, type, physicalId })),
  };
}

/** Repeats a deletion when objects arrived after the stack had emptied a resource. */
async function deleteWhole(aws: Aws, client: CloudFormationClient, name: string, out: Out): Promise<void> {
  const failure = await deleteStack(client, name);
  if (failure === undefined) return;
  const failed = (await resourcesOf(client, name)).filter(({ status }) => status === 'DELETE_FAILED');
  for (const line of await unblock(aws, failed)) out.line(line);
  const again = await deleteStack(client, name);
  if (again !== undefined)
    throw new Error(
      `stack ${name} cannot be deleted: ${again}\nremove the cause and run down again: it goes on where it stopped`,
    );
}
