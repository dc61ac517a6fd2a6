/** Finds why the last update of the stack failed. A page of events has up to 1 MB, more than the 256 KiB of a state in Release. */
import { CloudFormationClient, paginateDescribeStackEvents, type StackEvent } from '@aws-sdk/client-cloudformation';
import { textAt } from '../../shared/event';
import { begins, reasonOf } from './decide';

const client = new CloudFormationClient({});

export async function handler({ stackName }: { stackName?: unknown }): Promise<{ reason: string }> {
  const events: StackEvent[] = [];
  for await (const { StackEvents = [] } of paginateDescribeStackEvents(
    { client },
    { StackName: textAt('stackName', stackName) },
  )) {
    const first = StackEvents.findIndex(begins);
    events.push(...StackEvents.slice(0, first === -1 ? undefined : first));
    if (first !== -1) break;
  }
  return { reason: reasonOf(events) };
}
