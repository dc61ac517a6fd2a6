import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterNewest, appeared, run } from '../../scripts/operate/executions';
import { kit, listener } from './kit';

const sfn = mockClient(SFNClient);
const described = (status: string, more: object = {}) =>
  ({ name: 'one', status, executionArn: 'arn:one', ...more }) as never;

beforeEach(() => {
  sfn.reset();
  sfn.on(StartExecutionCommand).resolves({ executionArn: 'arn:one' });
  sfn.on(GetExecutionHistoryCommand).resolves({
    events: [
      { timestamp: new Date(), type: 'TaskSucceeded', id: 2 },
      { timestamp: new Date(), type: 'TaskStateEntered', id: 1, stateEnteredEventDetails: { name: 'RunMonitor' } },
    ],
  });
});

test('an execution is waited for, and its state told meanwhile', async () => {
  const out = listener();
  sfn
    .on(DescribeExecutionCommand)
    .resolvesOnce(described('RUNNING'))
    .resolves(described('SUCCEEDED', { output: '{"a":1}' }));
  await expect(run(kit, 'monitor', { windowStart: '2013-04-01' }, out)).resolves.toEqual({
    executionArn: 'arn:one',
    output: { a: 1 },
  });
  expect(sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input).toEqual({
    stateMachineArn: kit.machines.monitor,
    input: '{"windowStart":"2013-04-01"}',
  });
  expect(out.steps).toEqual(['monitor: RunMonitor (0 s)']);
});

test.each([
  [
    { error: 'QuotaExceeded', cause: 'ask for more' },
    'FAILED',
    'train execution one ended FAILED: QuotaExceeded: ask for more',
  ],
  [
    { error: 'States.TaskFailed', cause: '{"FailureReason":"AlgorithmError: no rows","TrainingJobName":"x"}' },
    'FAILED',
    'States.TaskFailed: AlgorithmError: no rows',
  ],
  [{ error: 'X', cause: '{"errorMessage":"boom"}' }, 'FAILED', 'X: boom'],
  [{ error: 'X', cause: '{"strange":1}' }, 'FAILED', 'X: {"strange":1}'],
  [{ error: 'X', cause: '{not json' }, 'FAILED', 'X: {not json'],
  [{}, 'TIMED_OUT', 'train execution one ended TIMED_OUT and gave no cause'],
])('a failure %j ends with its cause in a sentence', async (more, status, message) => {
  sfn.on(DescribeExecutionCommand).resolves(described(status, more));
  await expect(run(kit, 'train', {}, listener())).rejects.toThrow(message);
});

test('the execution that an event started is told from older and other ones', async () => {
  const [old, now] = [new Date('2026-11-23T08:00:00Z'), new Date('2026-11-23T08:00:05Z')];
  const listed = (name: string, startDate: Date) => ({ executionArn: name, startDate }) as never;
  sfn
    .on(ListExecutionsCommand)
    .resolvesOnce({ executions: [listed('old', old)] })
    .resolvesOnce({ executions: [listed('other', now), listed('old', old)] })
    .resolves({ executions: [listed('mine', now), listed('other', now), listed('old', old)] });
  const since = await afterNewest(kit, 'prepare');
  sfn.on(DescribeExecutionCommand).resolves(described('RUNNING', { input: '{"manifestKey":"mine"}' }));
  sfn
    .on(DescribeExecutionCommand, { executionArn: 'other' })
    .resolves(described('RUNNING', { input: '{"manifestKey":"other"}' }));
  await expect(appeared(kit, 'prepare', since, (input) => input.manifestKey === 'mine', 'it landed')).resolves.toBe(
    'mine',
  );
  expect(sfn.commandCalls(DescribeExecutionCommand).map(({ args }) => args[0].input.executionArn)).toEqual([
    'other',
    'mine',
  ]);
});

test('an execution that does not appear says where to look', async () => {
  sfn.on(ListExecutionsCommand).resolves({ executions: [] });
  const start = Date.now();
  jest
    .spyOn(Date, 'now')
    .mockReturnValueOnce(start)
    .mockReturnValue(start + 121_000);
  await expect(appeared(kit, 'prepare', new Date(0), () => true, 's3://raw/x landed')).rejects.toThrow(
    'no execution of prepare appeared within 120 s after s3://raw/x landed: check the failed invocations of its EventBridge rule',
  );
  jest.restoreAllMocks();
});
