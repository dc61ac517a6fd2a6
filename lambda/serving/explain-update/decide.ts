import type { StackEvent } from '@aws-sdk/client-cloudformation';

/** Whether the event is the start of the stack's last operation. */
export const begins = ({ StackId, PhysicalResourceId, ResourceStatus }: StackEvent): boolean =>
  PhysicalResourceId === StackId &&
  (ResourceStatus === 'CREATE_IN_PROGRESS' || ResourceStatus === 'UPDATE_IN_PROGRESS');

/** Why an operation failed, from its events, newest first: the first failure. Later ones are cancellations or belong to the rollback. */
export function reasonOf(events: readonly StackEvent[]): string {
  const failed = events.filter(
    ({ ResourceStatus, ResourceStatusReason = '' }) =>
      ResourceStatus?.endsWith('_FAILED') === true && !/cancelled/i.test(ResourceStatusReason),
  );
  const { LogicalResourceId, ResourceStatusReason } = failed.at(-1) ?? {};
  return ResourceStatusReason === undefined
    ? 'CloudFormation gives no reason'
    : `${LogicalResourceId}: ${ResourceStatusReason}`;
}
