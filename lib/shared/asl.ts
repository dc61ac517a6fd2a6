/**
 * Amazon States Language as typed objects, in JSONata. The CDK's own state classes hide the definition that Step Functions runs and
 * have none for processing and tuning jobs. States in this form can be pasted into the console and back.
 */
import { Aws } from 'aws-cdk-lib';

export interface Retry {
  ErrorEquals: readonly string[];
  IntervalSeconds?: number;
  MaxAttempts: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL';
}

export interface Catch<Name extends string = string> {
  ErrorEquals: readonly string[];
  Next: Name;
  Assign?: Record<string, unknown>;
}

interface ServiceCall {
  Resource: string;
  Arguments: Record<string, unknown>;
}

interface Common<Name extends string> {
  Comment?: string;
  Assign?: Record<string, unknown>;
  Output?: unknown;
  Next?: Name;
  End?: true;
}

/** `Name` is the union of the states that it may lead to. */
export type State<Name extends string = string> = Common<Name> &
  (
    | { Type: 'Task'; Resource: string; Arguments: unknown; Retry?: readonly Retry[]; Catch?: readonly Catch<Name>[] }
    | {
        Type: 'Map';
        Items: string;
        MaxConcurrency: number;
        ItemProcessor: Definition;
        Retry?: readonly Retry[];
        Catch?: readonly Catch<Name>[];
      }
    | {
        Type: 'Map';
        Label: string;
        ItemReader: ServiceCall;
        ItemBatcher: { MaxItemsPerBatch: number; BatchInput: Record<string, unknown> };
        MaxConcurrency: number;
        ToleratedFailurePercentage: number;
        /** Each batch is a child execution. */
        ItemProcessor: Definition & { ProcessorConfig: { Mode: 'DISTRIBUTED'; ExecutionType: 'STANDARD' } };
        ResultWriter: ServiceCall;
        Retry?: readonly Retry[];
        Catch?: readonly Catch<Name>[];
      }
    | {
        Type: 'Choice';
        Choices: readonly { Condition: string; Next: Name; Assign?: Record<string, unknown> }[];
        Default: Name;
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

type States = Readonly<Record<string, State>>;
type At<X, Key extends string> = X extends unknown ? (Key extends keyof X ? Exclude<X[Key], undefined> : never) : never;
type Each<List> = List extends readonly (infer Item)[] ? Item : never;
/** The state names that a state leads to. */
type Target<X> = At<X, 'Next'> | At<X, 'Default'> | At<Each<At<X, 'Catch'> | At<X, 'Choices'>>, 'Next'>;

/** Names without a state in a machine; a name of type `string` could be any. */
type Missing<Name extends string, All> = string extends Name
  ? 'a name of type string'
  : Exclude<Name, keyof All | 'Alert'>;

/** Some states of a machine; the type keeps the names that they lead to for `machine`. */
export const states = <const Some extends States>(some: Some): Some => some;

/** A definition that leads only to its own states and `Alert`, the failure path; other names do not compile. */
export const machine = <const All extends States>(definition: {
  Comment?: string;
  StartAt: keyof All & string;
  States: All & Record<Missing<Target<All[keyof All]>, All>, State>;
}): Definition => definition;

type Task<Name extends string> = Extract<State<Name>, { Type: 'Task' }>;
/** The part of a task beside its call. */
export type Continuation<Name extends string> = Omit<Task<Name>, 'Type' | 'Resource' | 'Arguments'>;

/** Wraps a JSONata expression in Step Functions' delimiters. */
export const jsonata = (expression: string) => `{% ${expression} %}`;

const DAY = '(19|20|21)[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
/** JSONata patterns of partitions by grain. The programs also refuse a day that its month does not have. */
const PATTERNS = { month: '/^(19|20|21)[0-9][0-9]-(0[1-9]|1[0-2])$/', day: `/^${DAY}$/` };
/** JSONata: whether a value has the form of a partition or a day. */
export const isDated = (value: string, grain: keyof typeof PATTERNS = 'day') =>
  `($type(${value}) = 'string' and $contains($string(${value}), ${PATTERNS[grain]}))`;

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

/** Services have different names for throttling; the retried calls are safe to repeat. */
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
export const call = <const Name extends string = never>(
  integration: string,
  args: unknown,
  { Retry = [transient], ...state }: Continuation<Name>,
): State<Name> => ({
  Type: 'Task',
  Resource: `arn:${Aws.PARTITION}:states:::${integration}`,
  Arguments: args,
  ...state,
  ...(Retry.length > 0 ? { Retry } : {}),
});

/**
 * A SageMaker or Glue job with its end. Only a refused start is retried: a job that ran and failed would fail again.
 * CreateProcessingJob allows one call per second and account, so two simultaneous schedules are throttled.
 */
export const job = <const Name extends string>(
  integration: string,
  args: unknown,
  { refused, ...state }: Continuation<Name> & { refused: Pick<Retry, 'ErrorEquals'> & Partial<Retry> },
): State<Name> =>
  call(`${integration}.sync`, args, {
    ...state,
    Retry: [{ IntervalSeconds: 5, MaxAttempts: 4, BackoffRate: 2, JitterStrategy: 'FULL', ...refused }],
  });

/** Error names of throttled starts in the optimized SageMaker integration; ResourceLimitExceeded has its own and is not retried. */
export const throttledBySageMaker = {
  ErrorEquals: ['SageMaker.AmazonSageMakerException', 'SageMaker.ThrottlingException'],
};

/**
 * A name that no other attempt has: of this execution, of this entry of the state (a redrive enters again), of this retry.
 * SageMaker never reuses a job name. Execution names may be 80 characters, tuning job names 32, hence the hash.
 * @param item JSONata that distinguishes iterations of a map: two may enter their state in one millisecond. @default the state is in no map
 */
export const attemptName = (prefix: string, item?: string) =>
  jsonata(
    `'${prefix}-' & $substring($hash($states.context.Execution.Id & $states.context.State.EnteredTime & $string($states.context.State.RetryCount)${item === undefined ? '' : ` & ${item}`}, 'SHA-256'), 0, 12)`,
  );

/** A question with two answers. @param condition JSONata */
export const choice = <const Yes extends string, const No extends string>(
  condition: string,
  { yes, no }: { yes: Yes; no: No },
): State<Yes | No> => ({
  Type: 'Choice',
  Choices: [{ Condition: jsonata(condition), Next: yes }],
  Default: no,
});

/** The variable of the failure path: `Alert` publishes it, and `Failed` ends the execution with it. @param cause JSONata */
export const failure = (error: string, cause: string) => ({ failure: { error, cause: jsonata(cause) } });

/** Names a failure on the way to the failure path. */
export const failsAs = <const Name extends string>(error: string, cause: string, next: Name): State<Name> => ({
  Type: 'Pass',
  Assign: failure(error, cause),
  Next: next,
});

/** A message to people. @param message JSONata */
export const publish = <const Name extends string>(
  topicArn: string,
  subject: string,
  message: string,
  state: Continuation<Name>,
) => call('sns:publish', { TopicArn: topicArn, Subject: subject, Message: jsonata(message) }, state);

/** JSON text of an object in S3, parsed by `body`. */
export const readJson = <const Name extends string>(bucket: string, key: string, state: Continuation<Name>) =>
  call('aws-sdk:s3:getObject', { Bucket: bucket, Key: key }, state);

/** The body of `readJson`, for its Assign or Output. */
export const body = '$parse($states.result.Body)';

export const putEvent = <const Name extends string = never>(
  source: string,
  detailType: string,
  detail: unknown,
  state: { Next: Name } | { End: true },
) =>
  call(
    'events:putEvents',
    { Entries: [{ Source: source, DetailType: detailType, Detail: detail, EventBusName: 'default' }] },
    state,
  );
