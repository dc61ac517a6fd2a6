/** The kit's stacks in CloudFormation, found by name without synthesizing an app. */
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateDescribeStacks,
  paginateListStackResources,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { unlessAbsent } from '../../lib/shared/absent';
import { names } from '../../lib/shared/names';
import { type StackName, stacksOf } from '../../lib/rooms';
import { pause } from '../operate/pace';
import type { Template } from '../shared/templates';

export interface KitStack {
  room: StackName;
  name: string;
  status: string;
  reason?: string;
  parameters: Record<string, string>;
  profile?: string;
  updatedAt: Date;
}

export interface StackResource {
  logicalId: string;
  type: string;
  physicalId: string;
  status: string;
}

/** Polling interval for stacks and jobs; other deployments of the account share the API limits. */
export const POLL_MS = 5000;

/** Existing stacks in order of deployment. */
export async function kitStacks(client: CloudFormationClient, kit: string): Promise<KitStack[]> {
  const found = new Map<string, Stack>();
  for await (const page of paginateDescribeStacks({ client }, {}))
    for (const stack of page.Stacks ?? []) found.set(stack.StackName!, stack);
  return stacksOf().flatMap(({ stack: room }) => {
    const name = names.stack(kit, room);
    const stack = found.get(name);
    return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE' ? [] : [kitStack(room, stack)];
  });
}

function kitStack(room: StackName, stack: Stack): KitStack {
  return {
    room,
    name: stack.StackName!,
    status: stack.StackStatus!,
    reason: stack.StackStatusReason,
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey!, ParameterValue!]),
    ),
    profile: stack.Tags?.find(({ Key }) => Key === 'profile')?.Value,
    updatedAt: stack.LastUpdatedTime ?? stack.CreationTime!,
  };
}

export async function templateOf(client: CloudFormationClient, StackName: string): Promise<Template> {
  const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
  return JSON.parse(TemplateBody) as Template;
}

export async function resourcesOf(client: CloudFormationClient, StackName: string): Promise<StackResource[]> {
  const found: StackResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName }))
    for (const r of page.StackResourceSummaries ?? [])
      // A resource that was never created has no physical id.
      if (r.PhysicalResourceId !== undefined && r.ResourceStatus !== 'DELETE_COMPLETE')
        found.push({
          logicalId: r.LogicalResourceId!,
          type: r.ResourceType!,
          physicalId: r.PhysicalResourceId,
          status: r.ResourceStatus!,
        });
  return found;
}

/** Events of a stack since a time, oldest first. */
export async function eventsSince(client: CloudFormationClient, StackName: string, since: Date): Promise<StackEvent[]> {
  const found: StackEvent[] = [];
  for await (const page of paginateDescribeStackEvents({ client }, { StackName })) {
    const events = page.StackEvents ?? [];
    found.push(...events.filter(({ Timestamp }) => Timestamp! >= since));
    if (events.some(({ Timestamp }) => Timestamp! < since)) break;
  }
  return found.reverse();
}

/** The first failed resource; later failures are cancellations, or the stack itself. */
export function firstFailure(events: readonly StackEvent[]): string | undefined {
  const failed = events.find(
    ({ ResourceStatus = '', ResourceStatusReason = '', ResourceType }) =>
      ResourceStatus.endsWith('_FAILED') &&
      ResourceType !== 'AWS::CloudFormation::Stack' &&
      !/cancelled/i.test(ResourceStatusReason),
  );
  return failed && `${failed.LogicalResourceId} (${failed.ResourceType}): ${failed.ResourceStatusReason}`;
}

/** Waits until nothing is in progress on a stack. @returns its status, or undefined when it is gone */
export async function settled(client: CloudFormationClient, name: string): Promise<string | undefined> {
  for (;;) {
    const status = await statusOf(client, name);
    if (status === undefined || !inProgress(status)) return status;
    await pause(client, POLL_MS);
  }
}

async function statusOf(client: CloudFormationClient, name: string): Promise<string | undefined> {
  const found = await unlessAbsent(client.send(new DescribeStacksCommand({ StackName: name })));
  return found?.Stacks?.find(({ StackName }) => StackName === name)?.StackStatus;
}

export const inProgress = (status: string): boolean =>
  status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';

/** Deletes a stack and waits. @returns the first failure, or undefined when the stack is gone */
export async function deleteStack(client: CloudFormationClient, name: string): Promise<string | undefined> {
  const since = new Date(Date.now() - 1000);
  await client.send(new DeleteStackCommand({ StackName: name }));
  const status = await settled(client, name);
  if (status === undefined) return undefined;
  const events = await eventsSince(client, name, since);
  // A stack whose exports are imported keeps its former status.
  return firstFailure(events) ?? `the stack is ${status}: ${events.at(-1)?.ResourceStatusReason ?? 'no reason given'}`;
}
