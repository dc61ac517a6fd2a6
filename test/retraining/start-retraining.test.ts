import { TransactionCanceledException, ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { resolveConfig } from '../../lib/config';

process.env = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  KIT: 'mlkit',
  STATE_TABLE: 'state',
  TRAIN_MACHINE_ARN: 'arn:aws:states:us-east-1:123456789012:stateMachine:Train',
  GUARD: JSON.stringify(resolveConfig().retraining),
};
const { handler } =
  require('../../lambda/retraining/start-retraining') as typeof import('../../lambda/retraining/start-retraining');

const dynamo = mockClient(DynamoDBDocumentClient);
const sfn = mockClient(SFNClient);
const champion = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/1';
const envelope = {
  version: '0',
  id: 'event-1',
  time: '2026-11-23T08:00:00Z',
  account: '123456789012',
  region: 'us-east-1',
  resources: [],
};

const violation = {
  ...envelope,
  source: 'mlkit.monitoring',
  'detail-type': 'Monitoring Run Completed' as const,
  detail: {
    window: { start: '2013-06-01', end: '2013-06-08' },
    champion,
    status: 'CompletedWithViolations',
    confirmed: true,
    violations: [
      { feature: 'mean_delay_h2', check: 'baseline_drift_check', value: 0.3, threshold: 0.217, retrain: true },
    ],
    records: 5000,
    labelledRows: 4900,
    newLabelledRows: 60_000,
    outcomeUri: 's3://artifacts/windows/1/2013-06-08/outcome.json',
  },
};
const ended = (name: string, status = 'SUCCEEDED') => ({
  ...envelope,
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change' as const,
  detail: { name, status, stateMachineArn: process.env.TRAIN_MACHINE_ARN! },
});
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

beforeEach(() => {
  dynamo.reset();
  sfn.reset();
  dynamo.on(GetCommand).resolves({});
  dynamo.on(TransactWriteCommand).resolves({});
  sfn.on(StartExecutionCommand).resolves({});
  jest.spyOn(console, 'info').mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

const puts = (call = 0) =>
  dynamo.commandCalls(TransactWriteCommand)[call]!.args[0].input.TransactItems!.map(({ Put }) => Put!);

test('decision, lock and attempt are written in one transaction, then the execution starts', async () => {
  sfn.on(StartExecutionCommand).callsFake(async () => {
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });
  await handler(violation);
  const [decision, lock, episode] = puts();
  expect(decision).toMatchObject({
    TableName: 'state',
    ConditionExpression: 'attribute_not_exists(pk)',
    Item: {
      pk: 'decision#2026-11-23',
      sk: '2026-11-23T08:00:00Z#event-1',
      outcome: 'started',
      episode: 'v1-2013-06-08',
      attempt: 1,
      executionName: 'drift-v1-2013-06-08-1',
      evidence: {
        window: violation.detail.window,
        champion,
        newLabelledRows: 60_000,
        violations: violation.detail.violations,
        outcomeUri: violation.detail.outcomeUri,
      },
    },
  });
  expect(lock!.Item).toMatchObject({ pk: 'lock', sk: 'lock', execution: 'drift-v1-2013-06-08-1', version: 1 });
  expect(episode!.Item).toMatchObject({
    pk: `episode#${champion}`,
    sk: 'open',
    status: 'open',
    attempts: 1,
    version: 1,
  });
  expect(sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input)).toEqual([
    {
      stateMachineArn: process.env.TRAIN_MACHINE_ARN,
      name: 'drift-v1-2013-06-08-1',
      input: JSON.stringify({
        mode: 'train',
        trigger: 'drift',
        dataThrough: '2013-06-08',
        episode: 'v1-2013-06-08',
        attempt: 1,
      }),
    },
  ]);
});

test('what was read must not have changed: each item is put under the version it was read with', async () => {
  dynamo.on(GetCommand, { Key: { pk: 'lock', sk: 'lock' } }).resolves({
    Item: {
      pk: 'lock',
      sk: 'lock',
      version: 7,
      execution: null,
      expiresAt: 0,
      windowEnd: null,
      day: null,
      starts: 0,
      champion,
      championSeen: '2026-11-22T08:00:00Z',
    },
  });
  await handler(violation);
  expect(puts()[1]).toMatchObject({
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: { ':version': 7 },
    Item: { version: 8 },
  });
  expect(dynamo.commandCalls(GetCommand).every(({ args }) => args[0].input.ConsistentRead === true)).toBe(true);
});

test('a state that changed meanwhile is read and decided again', async () => {
  dynamo
    .on(TransactWriteCommand)
    .rejectsOnce(cancelled('None', 'ConditionalCheckFailed', 'None'))
    .rejectsOnce(cancelled('None', 'TransactionConflict', 'None'))
    .resolves({});
  await handler(violation);
  expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(3);
  expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(1);
});

test('a repeated event asks for the execution it started, and an execution of that name is enough', async () => {
  dynamo.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed', 'None'));
  const execution = { name: 'drift-v1-2013-06-08-1', input: { mode: 'train' } };
  dynamo
    .on(GetCommand, { Key: { pk: 'decision#2026-11-23', sk: '2026-11-23T08:00:00Z#event-1' } })
    .resolves({ Item: { executionName: execution.name, input: execution.input } });
  sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
  await handler(violation);
  expect(sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input).toMatchObject({
    name: execution.name,
    input: '{"mode":"train"}',
  });
  expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
});

test('another failure of the transaction or of the start fails the invocation, so that Lambda tries again', async () => {
  dynamo.on(TransactWriteCommand).rejectsOnce(cancelled('None', 'ThrottlingError', 'None'));
  await expect(handler(violation)).rejects.toThrow('cancelled');
  sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('denied'), { name: 'AccessDeniedException' }));
  await expect(handler(violation)).rejects.toThrow('denied');
});

test('the end of Train frees the lock that it holds', async () => {
  dynamo.on(UpdateCommand).resolves({});
  await handler(ended('drift-v1-2013-06-08-1', 'FAILED'));
  expect(dynamo.commandCalls(UpdateCommand)[0]!.args[0].input).toMatchObject({
    Key: { pk: 'lock', sk: 'lock' },
    UpdateExpression: 'SET expiresAt = :free ADD version :one',
    ConditionExpression: 'execution = :execution',
    ExpressionAttributeValues: { ':free': 0, ':one': 1, ':execution': 'drift-v1-2013-06-08-1' },
  });
});

test('the end of a training that a person started changes nothing, nor does a start', async () => {
  dynamo.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
  await expect(handler(ended('manual'))).resolves.toBeUndefined();
  dynamo.resetHistory();
  await handler(ended('drift-v1-2013-06-08-1', 'RUNNING'));
  expect(dynamo.calls()).toHaveLength(0);
});

test('a malformed event fails before anything is read or written, and goes to the dead letters', async () => {
  const window = { start: 'x', end: 'soon' };
  await expect(handler({ ...violation, detail: { ...violation.detail, window } })).rejects.toThrow(
    'detail.window.start must be a day YYYY-MM-DD; received "x"',
  );
  await expect(handler({ ...ended('x'), detail: { status: 'FAILED' } })).rejects.toThrow('detail.name must be a text');
  await expect(handler({ ...ended('x'), detail: null } as never)).rejects.toThrow('detail must be an object');
  expect(dynamo.calls()).toHaveLength(0);
});

test('events of another kit are ignored', async () => {
  await handler({ ...violation, source: 'team-b.monitoring' });
  await handler({ ...ended('x'), detail: { name: 'x', status: 'FAILED', stateMachineArn: 'arn:other' } });
  expect(dynamo.calls()).toHaveLength(0);
  expect(sfn.calls()).toHaveLength(0);
});
