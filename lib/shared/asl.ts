/**
 * Amazon States Language as typed objects, in JSONata. The CDK's own state classes hide the definition that Step Functions runs and
 * have none for processing and tuning jobs; written out, a reader can paste a state into the console and back.
 */
import { Aws } from 'aws-cdk-lib';

export interface Retry {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL';
}

export interface Catch {
  ErrorEquals: string[];
  Next: string;
  Assign?: Record<string, unknown>;
}

interface ServiceCall {
  Resource: string;
  Arguments: Record<string, unknown>;
}

interface Common {
  Comment?: string;
  Assign?: Record<string, unknown>;
  Output?: unknown;
  Next?: string;
  End?: true;
}

export type State = Common &
  (
    | { Type: 'Task'; Resource: string; Arguments: unknown; Retry?: Retry[]; Catch?: Catch[] }
    | {
        Type: 'Map';
        Items: string;
        MaxConcurrency: number;
        ItemProcessor: Definition;
        Retry?: Retry[];
        Catch?: Catch[];
      }
    | {
        Type: 'Map';
        Label: string;
        ItemReader: ServiceCall;
        ItemBatcher: { MaxItemsPerBatch: number; BatchInput: Record<string, unknown> };
        MaxConcurrency: number;
        ToleratedFailurePercentage: number;
        /** Each batch is an execution of its own. */
        ItemProcessor: Definition & { ProcessorConfig: { Mode: 'DISTRIBUTED'; ExecutionType: 'STANDARD' } };
        ResultWriter: ServiceCall;
        Retry?: Retry[];
        Catch?: Catch[];
      }
    | {
        Type: 'Choice';
        Choices: { Condition: string; Next: string; Assign?: Record<string, unknown> }[];
        Default: string;
      }
    | { Type: 'Wait'; Seconds: number | string }
    | { Type: 'Pass' }
    | { Type: 'Succeed' }
    | { Type: 'Fail'; Error: string; Cause: string }
  );

export interface Definition {
  Comment?: string;
  StartAt: string;
  States: Record<string, State>;
}

type Task = Extract<State, { Type: 'Task' }>;
/** What a task is given beside its call. */
type Continuation = Omit<Task, 'Type' | 'Resource' | 'Arguments'>;

/** Wraps a JSONata expression the way Step Functions wants it. */
export const jsonata = (expression: string) => `{% ${expression} %}`;

/** A JSONata literal of a plain value: JSON is a subset of JSONata, and tokens inside strings stay tokens. */
export const literal = (value: unknown) => JSON.stringify(value);

/**
 * JSONata that fills the `{places}` of a layout template with expressions.
 * @throws Error when a place has no expression
 */
export const filled = (template: string, expressions: Record<string, string>) =>
  template
    .split(/\{(\w+)\}/)
    .map((part, i) =>
      i % 2 === 0 ? literal(part) : required(expressions[part], `${template}: no expression for {${part}}`),
    )
    .filter((part) => part !== '""')
    .join(' & ');

function required<T>(value: T | undefined, problem: string): T {
  if (value === undefined) throw new Error(problem);
  return value;
}

/** Throttling has another name in every service; what is retried here is safe to repeat. */
const transient: Retry = {
  ErrorEquals: ['States.TaskFailed'],
  IntervalSeconds: 2,
  MaxAttempts: 2,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
};

/**
 * A call that may be repeated: a read, or a write whose repetition changes nothing. `Retry: []` for one that may not.
 * @param integration what follows `states:::` in the resource ARN
 */
export const call = (integration: string, args: unknown, { Retry = [transient], ...state }: Continuation): State => ({
  Type: 'Task',
  Resource: `arn:${Aws.PARTITION}:states:::${integration}`,
  Arguments: args,
  ...state,
  ...(Retry.length > 0 ? { Retry } : {}),
});

/**
 * A SageMaker or Glue job, waited for. Only a refused start is retried: a job that ran and failed would fail again.
 * CreateProcessingJob allows one call a second in an account, so two schedules meeting are enough to be throttled.
 */
export const job = (
  integration: string,
  args: unknown,
  { refused, ...state }: Continuation & { refused: Pick<Retry, 'ErrorEquals'> & Partial<Retry> },
): State =>
  call(`${integration}.sync`, args, {
    ...state,
    Retry: [{ IntervalSeconds: 5, MaxAttempts: 4, BackoffRate: 2, JitterStrategy: 'FULL', ...refused }],
  });

/** How the optimized SageMaker integration names a throttled start; ResourceLimitExceeded has a name of its own and is not repeated. */
export const throttledBySageMaker = {
  ErrorEquals: ['SageMaker.AmazonSageMakerException', 'SageMaker.ThrottlingException'],
};

/**
 * A name that no other attempt has: of this execution, of this entry of the state (a redrive enters again), of this retry.
 * SageMaker never frees a job name. Execution names may be 80 characters, tuning job names 32, hence the hash.
 */
export const attemptName = (prefix: string) =>
  jsonata(
    `'${prefix}-' & $substring($hash($states.context.Execution.Id & $states.context.State.EnteredTime & $string($states.context.State.RetryCount), 'SHA-256'), 0, 12)`,
  );

/** JSON text of an object in S3, parsed by `body`. */
export const readJson = (bucket: string, key: string, state: Continuation) =>
  call('aws-sdk:s3:getObject', { Bucket: bucket, Key: key }, state);

/** The body of `readJson`, for its Assign or Output. */
export const body = '$parse($states.result.Body)';

export const putEvent = (
  source: string,
  detailType: string,
  detail: unknown,
  state: { Next: string } | { End: true },
) =>
  call(
    'events:putEvents',
    { Entries: [{ Source: source, DetailType: detailType, Detail: detail, EventBusName: 'default' }] },
    state,
  );
