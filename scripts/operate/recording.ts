/** Records requests to AWS and their answers during a command, redacted for publication. */
import { paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import type { Logger } from '@smithy/types';
import type { Aws } from './deployed-kit';
import { merged, redact, type Shape, shape } from './redact';

export interface Call {
  /** `S3.PutObject` from this machine, `sagemaker:createTrainingJob.sync` from a state machine. */
  call: string;
  times: number;
  request: Shape;
  /** Error code; absent when the call succeeded. */
  error?: string;
  answer: Shape;
}

/** The record of the SDK's logger middleware, one per call of any client. */
interface Logged {
  clientName?: string;
  commandName?: string;
  input?: Record<string, unknown>;
  output?: Record<string, unknown>;
  error?: Error;
}

export class Recording {
  /** Configuration member for every client. */
  readonly logger: Logger;
  private readonly calls = new Map<string, Call>();
  private readonly buckets = new Set<string>();
  private readonly executions = new Set<string>();

  constructor() {
    const [ignore, note] = [() => undefined, (logged: Logged) => this.note(logged)];
    this.logger = { trace: ignore, debug: ignore, warn: ignore, info: note, error: note };
  }

  readonly redact = (text: string): string => redact(text, this.buckets);

  /**
   * Returns the calls since the last read, with the SageMaker and Glue calls of the awaited state machines.
   * @param aws reads their histories, unrecorded
   */
  async take(aws: Aws): Promise<Call[]> {
    for (const executionArn of this.executions)
      await this.readHistory(new SFNClient(aws), executionArn).catch(({ name, message }: Error) =>
        this.add({ call: 'SFN.GetExecutionHistory', request: {}, answer: shape(message, this.redact), error: name }),
      );
    const calls = [...this.calls.values()];
    for (const kept of [this.executions, this.calls]) kept.clear();
    return calls;
  }

  private note({ clientName = '', commandName, input = {}, output, error }: Logged): void {
    if (commandName === undefined) return;
    if (typeof input.Bucket === 'string') this.buckets.add(input.Bucket);
    if (commandName === 'DescribeExecutionCommand') this.executions.add(String(input.executionArn));
    const call = `${clientName.replace(/Client$/, '')}.${commandName.replace(/Command$/, '')}`;
    const answer = shape(error === undefined ? output : error.message, this.redact);
    this.add({ call, request: shape(input), answer, error: error?.name });
  }

  private async readHistory(client: SFNClient, executionArn: string): Promise<void> {
    const asked = new Map<string, Shape>();
    for await (const { events = [] } of paginateGetExecutionHistory({ client }, { executionArn }))
      for (const event of events) {
        const { taskScheduledEventDetails: begun, taskSucceededEventDetails: done } = event;
        const failed =
          event.taskFailedEventDetails ?? event.taskSubmitFailedEventDetails ?? event.taskTimedOutEventDetails;
        if (begun !== undefined) asked.set(begun.resource!, shape(begun.parameters, undefined, '', 'parameters'));
        const { resource, resourceType } = done ?? failed ?? {};
        if (resource === undefined) continue;
        this.add({
          call: resource.includes(':::') ? resource.split(':::')[1]! : `${resourceType}:${resource}`,
          request: asked.get(resource) ?? {},
          answer: failed
            ? shape(failed.cause, this.redact, '', 'cause')
            : shape(done?.output, this.redact, '', 'output'),
          error: failed?.error,
        });
      }
  }

  /** Polling repeats a call; one row combines all requests and answers. */
  private add({ call, request, answer, error }: Omit<Call, 'times'>): void {
    const key = `${call} ${error}`;
    const known = this.calls.get(key);
    this.calls.set(key, {
      call,
      times: (known?.times ?? 0) + 1,
      request: merged(known?.request ?? {}, request),
      ...(error === undefined ? {} : { error: this.redact(error) }),
      answer: merged(known?.answer ?? {}, answer),
    });
  }
}
