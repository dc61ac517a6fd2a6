/** What every custom resource of the kit answers to CloudFormation. */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';

type Event<Properties> = CloudFormationCustomResourceEvent & { ResourceProperties: Properties };

export interface CustomResource<Properties> {
  /** Never changes with an update: CloudFormation deletes what gets another id. */
  readonly id: (properties: Properties) => string;
  readonly carryOut: (event: Event<Properties>) => Promise<void>;
}

/** CloudFormation takes no answer above 4 KB, and would wait an hour for a shorter one. */
const MAX_REASON_CHARACTERS = 1000;

/** A handler that answers on every path: CloudFormation waits an hour for an answer that never comes. */
export const answering =
  <Properties>({ id, carryOut }: CustomResource<Properties>) =>
  async (event: CloudFormationCustomResourceEvent, context: Context): Promise<void> => {
    const asked = event as Event<Properties>;
    const physicalId = id(asked.ResourceProperties);
    try {
      await carryOut(asked);
      await respond(event, context, { Status: 'SUCCESS', PhysicalResourceId: physicalId });
    } catch (error) {
      console.error(error);
      // What could not be created is deleted next, under this id: it must not be that of something that was there before.
      const failed = event.RequestType === 'Create' ? `not-created-${event.RequestId}` : physicalId;
      const Reason = `${event.RequestType} of ${physicalId} failed: ${String(error)}`.slice(0, MAX_REASON_CHARACTERS);
      await respond(event, context, { Status: 'FAILED', PhysicalResourceId: failed, Reason });
    }
  };

async function respond(
  { StackId, RequestId, LogicalResourceId, ResponseURL }: CloudFormationCustomResourceEvent,
  context: Context,
  answer: { Status: string; PhysicalResourceId: string; Reason?: string },
): Promise<void> {
  const body = { Reason: `see log stream ${context.logStreamName}`, ...answer, StackId, RequestId, LogicalResourceId };
  // The URL is signed for an empty content type.
  await fetch(ResponseURL, { method: 'PUT', headers: { 'Content-Type': '' }, body: JSON.stringify(body) });
}
