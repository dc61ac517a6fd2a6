/** What AWS is asked and answers while a command runs, in a form that may be shown to anybody. */
import { paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import type { Logger } from '@smithy/types';
import type { Aws } from './deployed-kit';
import { merged, redact, type Shape, shape } from './redact';

export interface Call {
  /** `S3.PutObject` of this machine, `sagemaker:createTrainingJob.sync` of a state machine. */
  call: string;
  times: number;
  request: Shape;
  /** Code of the error; absent where the call succeeded. */
  error?: string;
  answer: Shape;
}

/** What the SDK's own logger middleware hands over, once for every call of every client. */
interface Logged {
  clientName?: string;
  commandName?: string;
  input?: Record<string, unknown>;
  output?: Record<string, unknown>;
  error?: Error;
}

export class Recording {
  /** Member of what every client is built with. */
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
   * Hands over what was called since, with the calls of the state machines that were waited for: they ask SageMaker and Glue.
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

  /** Polling asks the same again and again: one row has all that was asked and answered. */
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
