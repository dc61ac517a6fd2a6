/** What `kit status --json` prints, which the console page shows. */
import { CloudWatchClient, DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, ListModelPackagesCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { GetExecutionHistoryCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { status, statusOf } from '../../scripts/operate/status';
import { kit, listener } from './kit';

const [states, alarms, s3] = [mockClient(SFNClient), mockClient(CloudWatchClient), mockClient(S3Client)];
const [sagemaker, parameters, table] = [
  mockClient(SageMakerClient),
  mockClient(SSMClient),
  mockClient(DynamoDBDocumentClient),
];
const since = new Date('2026-11-27T10:00:00Z');
const turned = (AlarmName: string, stateValue: string) => ({
  ...{ AlarmName, Timestamp: since, HistoryData: JSON.stringify({ newState: { stateValue, stateReason: 'why' } }) },
});

beforeEach(() => {
  for (const mock of [states, alarms, s3, sagemaker, parameters, table]) mock.reset();
  s3.on(ListObjectsV2Command).resolves({});
  s3.on(ListObjectsV2Command, { Bucket: 'raw', Prefix: 'manifests/' }).resolves({ KeyCount: 2 });
  parameters.on(GetParameterCommand).resolves({ Parameter: { Value: 'none' } });
  sagemaker.on(DescribeEndpointCommand).resolves({ EndpointStatus: 'InService' });
  sagemaker.on(ListModelPackagesCommand).resolves({ ModelPackageSummaryList: [] });
  states.on(ListExecutionsCommand).resolves({ executions: [] });
  const ended = ['RUNNING', 'FAILED', 'TIMED_OUT', 'SUCCEEDED', 'SUCCEEDED'].map((found, i) => ({
    ...{
      executionArn: `arn:${i}`,
      stateMachineArn: 'arn',
      name: `train-${i}`,
      status: found as 'RUNNING',
      startDate: since,
    },
  }));
  states.on(ListExecutionsCommand, { stateMachineArn: kit.machines.train }).resolves({ executions: ended });
  states.on(GetExecutionHistoryCommand).resolves({
    events: [{ id: 1, type: 'TaskStateEntered', timestamp: since, stateEnteredEventDetails: { name: 'Evaluate' } }],
  });
  table.on(QueryCommand).resolves({ Items: [] });
  alarms.on(DescribeAlarmsCommand).resolves({
    MetricAlarms: [{ AlarmName: 'mlkit/monitoring/drift', StateUpdatedTimestamp: since, StateReason: 'why' }],
  });
  alarms.on(DescribeAlarmHistoryCommand).resolves({
    AlarmHistoryItems: [
      turned('mlkit/monitoring/drift', 'ALARM'),
      turned('mlkit/monitoring/quality', 'OK'),
      turned('another/monitoring/drift', 'ALARM'),
    ],
  });
});

test('counts executions by how they ended, and names the newest with the state that each reached', async () => {
  const { executions, landed } = await statusOf(kit);
  expect(executions.find(({ machine }) => machine === 'train')).toMatchObject({
    ...{ running: 1, failed: 2, succeeded: 2 },
    newest: [
      { name: 'train-0', status: 'RUNNING', state: 'Evaluate' },
      { name: 'train-1', status: 'FAILED', state: 'Evaluate' },
      { name: 'train-2', status: 'TIMED_OUT', state: 'Evaluate' },
    ],
  });
  expect(executions.find(({ machine }) => machine === 'prepare')).toMatchObject({ running: 0, newest: [] });
  expect(landed).toBe(2);
});

test('has the alarms that ring, and of the history those of this kit that began to', async () => {
  const alarm = { name: 'mlkit/monitoring/drift', since, reason: 'why' };
  expect(await statusOf(kit)).toMatchObject({ alarms: [alarm], rang: [alarm] });
});

test('has denials of the local account alone', async () => {
  expect(await statusOf(kit)).not.toHaveProperty('denials');
  const denial = {
    time: '1',
    principal: 'role/me',
    action: 's3:GetObject',
    resource: '*',
    reason: 'no policy',
    times: 1,
  };
  expect(await statusOf(kit, () => [denial])).toMatchObject({ denials: [denial] });
});

test('is told with the newest execution of each machine, and the alarms that ring and rang', async () => {
  s3.on(ListObjectsV2Command, { Bucket: 'curated' }).resolves({
    CommonPrefixes: [{ Prefix: 'features/day=2013-01-01/' }],
  });
  const out = listener();
  await status(kit, out);
  expect(out.lines.filter((line) => /^(train|alarms|rang)/.test(line))).toEqual([
    'train     RUNNING, train-0, 2026-11-27T10:00:00.000Z',
    'alarms    mlkit/monitoring/drift',
    `rang      ${since.toISOString()} mlkit/monitoring/drift`,
  ]);
});
