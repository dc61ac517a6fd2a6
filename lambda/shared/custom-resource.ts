/** The response of the kit's custom resources to CloudFormation. */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';

type Event<Properties> = CloudFormationCustomResourceEvent & { ResourceProperties: Properties };

export interface CustomResource<Properties> {
  /** Stable across updates: CloudFormation deletes a resource whose id changes. */
  readonly id: (properties: Properties) => string;
  readonly carryOut: (event: Event<Properties>) => Promise<void>;
}

/** CloudFormation rejects responses above 4 KB, and then waits for an hour. */
const MAX_REASON_CHARACTERS = 1000;

/** A handler that responds on every path, because CloudFormation waits for a missing response for an hour. */
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
      // CloudFormation deletes a failed creation by this id, so the id must not be that of an existing resource.
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
