/** The two functions between SageMaker Model Monitor and the kit, over mocked services. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CopyObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelPackageCommand,
  DescribeProcessingJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';

jest.mock('#dataset', () => ({
  __esModule: true,
  default: jest.requireActual<typeof import('../support/records')>('../support/records').records,
}));

process.env = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  KIT: 'mlkit',
  ARTIFACTS_BUCKET: 'artifacts',
  RAW_BUCKET: 'raw',
  CHAMPION_PARAMETER: '/mlkit/champion',
  ALERTS_TOPIC_ARN: 'topic',
  ENDPOINT_NAME: 'mlkit',
  MANAGED_MONITORING: JSON.stringify({ confirm: { k: 2, n: 3 }, minRecords: 100, delayDays: 2 }),
  CLARIFY: JSON.stringify({ instanceType: 'ml.m5.large', prefix: 'mlkit-clarify' }),
};
const report = (
  require('../../lambda/monitoring/report-managed-run') as typeof import('../../lambda/monitoring/report-managed-run')
).handler;
const adopt = (
  require('../../lambda/monitoring/adopt-champion') as typeof import('../../lambda/monitoring/adopt-champion')
).handler;

const champion = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/4';
const mocks = {
  events: mockClient(EventBridgeClient),
  s3: mockClient(S3Client),
  sagemaker: mockClient(SageMakerClient),
  sns: mockClient(SNSClient),
  ssm: mockClient(SSMClient),
};
const { events, s3, sagemaker, sns, ssm } = mocks;
const objects = new Map<string, string>();
const lines: string[] = [];

beforeEach(() => {
  for (const mock of Object.values(mocks)) mock.reset();
  objects.clear();
  lines.length = 0;
  jest.spyOn(console, 'info').mockImplementation(() => undefined);
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  s3.on(GetObjectCommand).callsFake(({ Bucket, Key }) => {
    const text = objects.get(`${Bucket}/${Key}`);
    if (text === undefined) throw new NoSuchKey({ message: Key, $metadata: {} });
    return { Body: { transformToString: async () => text } };
  });
  s3.on(PutObjectCommand).resolves({});
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: champion } });
  sagemaker.on(DescribeModelPackageCommand).resolves({
    CustomerMetadataProperties: { trainedThrough: '2026-11-18', evaluation: 's3://artifacts/evaluations/run 1/' },
  });
});
afterEach(() => jest.restoreAllMocks());

const metricNames = () => lines.map((line) => JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics[0].Name);
const REPORT = 'managed/reports/data-quality/mlkit/mlkit-data-quality/2026/11/23/00';
function ended(monitor: string, job: { status?: string; exit?: string } = {}) {
  sagemaker.on(DescribeProcessingJobCommand).resolves({
    ProcessingJobStatus: (job.status ?? 'Completed') as never,
    ExitMessage: job.exit ?? 'Completed: Job completed successfully with no violations.',
    Environment: { start_time: '2026-11-20T00:00:00Z', end_time: '2026-11-21T00:00:00Z' },
    ProcessingOutputConfig: {
      Outputs: [
        { OutputName: 'o', S3Output: { S3Uri: `s3://artifacts/${REPORT}`, LocalPath: '', S3UploadMode: 'EndOfJob' } },
      ],
    },
  });
  return report({
    detail: {
      ProcessingJobName: 'model-monitoring-1',
      MonitoringScheduleArn: `arn:aws:sagemaker:us-east-1:123456789012:monitoring-schedule/mlkit-${monitor}`,
    },
  } as never);
}
const violated = 'CompletedWithViolations: Job completed successfully with 1 violations.';
const drift = {
  violations: [{ feature_name: 'share', constraint_check_type: 'baseline_drift_check', description: 'd' }],
};
const sent = () => JSON.parse(events.commandCalls(PutEventsCommand)[0]!.args[0].input.Entries![0]!.Detail!);

test("a run with violations becomes the kit's own event, confirmed by the day before", async () => {
  objects.set(`artifacts/${REPORT}/statistics.json`, JSON.stringify({ dataset: { item_count: 900 } }));
  objects.set(`artifacts/${REPORT}/constraint_violations.json`, JSON.stringify(drift));
  objects.set('artifacts/windows/4/2026-11-20/outcome.json', JSON.stringify({ status: 'CompletedWithViolations' }));
  // Events of 18 and 20 November; those of the 19th were never labelled.
  objects.set('raw/ground-truth/2026/11/20/00/labels.jsonl', '{}\n{}\n');
  objects.set('raw/ground-truth/2026/11/22/00/labels.jsonl', '{}\n');
  objects.set('raw/ground-truth/2026/11/23/00/labels.jsonl', '{}\n{}\n{}\n');
  await ended('data-quality', { exit: violated });
  const { Source, DetailType } = events.commandCalls(PutEventsCommand)[0]!.args[0].input.Entries![0]!;
  expect([Source, DetailType]).toEqual(['mlkit.monitoring', 'Monitoring Run Completed']);
  expect(sent()).toMatchObject({
    window: { start: '2026-11-20', end: '2026-11-21' },
    champion,
    status: 'CompletedWithViolations',
    confirmed: true,
    records: 900,
    newLabelledRows: 3,
    outcomeUri: 's3://artifacts/windows/4/2026-11-21/outcome.json',
  });
  expect(sent().violations).toMatchObject([{ feature: 'share', check: 'baseline_drift_check' }]);
  expect(s3.commandCalls(PutObjectCommand)[0]!.args[0].input.Key).toBe('windows/4/2026-11-21/outcome.json');
  expect(metricNames()).toEqual(['DriftViolations', 'MonitorHeartbeat']);
});

test('a clean run beats, and tells the guard that the window was clean', async () => {
  objects.set(`artifacts/${REPORT}/statistics.json`, JSON.stringify({ dataset: { item_count: 900 } }));
  await ended('data-quality');
  expect(sent()).toMatchObject({ status: 'Completed', confirmed: false, violations: [] });
  expect(metricNames()).toEqual(['MonitorHeartbeat']);
});

test('a lost watched column raises the alarm, and no clean day is published', async () => {
  objects.set(`artifacts/${REPORT}/statistics.json`, JSON.stringify({ dataset: { item_count: 900 } }));
  const missing = (feature_name: string) => ({
    feature_name,
    constraint_check_type: 'completeness_check',
    description: '0 %',
  });
  const violations = [missing('share'), missing('temp')];
  objects.set(`artifacts/${REPORT}/constraint_violations.json`, JSON.stringify({ violations }));
  await ended('data-quality', { exit: violated });
  expect(sent()).toMatchObject({ status: 'CompletedWithDataFaults', confirmed: false, violations: [] });
  expect(metricNames()).toEqual(['QuarantineRatio', 'MonitorHeartbeat']);
});

test('violations without their file are an error, not a clean day', () =>
  expect(ended('data-quality', { exit: violated })).rejects.toThrow('has no constraint_violations.json'));

test('model quality raises its alarm and leaves retraining alone', async () => {
  await ended('model-quality', { exit: violated });
  expect(metricNames()).toEqual(['QualityViolations']);
  expect(events.calls()).toHaveLength(0);
});

test('bias and attribution are told to people', async () => {
  sns.on(PublishCommand).resolves({});
  await ended('model-bias', { exit: violated });
  expect(sns.commandCalls(PublishCommand)[0]!.args[0].input).toMatchObject({
    TopicArn: 'topic',
    Subject: 'model-bias differs from the baseline',
  });
  await ended('model-explainability');
  expect(sns.calls()).toHaveLength(1);
});

test('a failed run is an error with its reason', () =>
  expect(ended('model-bias', { status: 'Failed', exit: 'no data' })).rejects.toThrow('ended as Failed: no data'));

test('a run that outlived its endpoint publishes nothing', async () => {
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'none' } });
  await ended('data-quality');
  expect([...events.calls(), ...lines]).toEqual([]);
});

test("after a release the champion's files and Clarify's configuration are where the monitors read", async () => {
  s3.on(CopyObjectCommand).resolves({});
  sagemaker.on(DescribeEndpointCommand).resolves({ EndpointConfigName: 'config' });
  sagemaker
    .on(DescribeEndpointConfigCommand, { EndpointConfigName: 'config' })
    .resolves({ ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: 'Model-abc' }] });
  await adopt({ detail: { modelPackageArn: champion } } as never);
  const copies = s3.commandCalls(CopyObjectCommand).map(({ args }) => args[0].input);
  expect(copies[0]).toMatchObject({
    Key: 'managed/baselines/constraints.json',
    CopySource: 'artifacts/evaluations/run%201/constraints.json',
  });
  expect(copies).toHaveLength(4);
  const [bias, explained] = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
  expect(bias?.Key).toBe('managed/model-bias/analysis_config.json');
  expect(JSON.parse(explained?.Body as string).predictor).toMatchObject({
    model_name: 'Model-abc',
    endpoint_name_prefix: 'mlkit-clarify',
  });
});

test('a package that Train did not register is refused by name', () => {
  sagemaker.on(DescribeModelPackageCommand).resolves({});
  return expect(adopt({ detail: { modelPackageArn: champion } } as never)).rejects.toThrow(
    `${champion} has no evaluation`,
  );
});

test('events about another kit are ignored, and malformed ones fail', async () => {
  const other = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/team-b-models/1';
  await adopt({ detail: { modelPackageArn: other } } as never);
  await ended('none-of-ours');
  for (const detail of [undefined, null, 'text', []])
    for (const handler of [adopt, report])
      await expect(handler({ detail } as never)).rejects.toThrow('detail must be an object');
  await expect(adopt({ detail: { modelPackageArn: [champion] } } as never)).rejects.toThrow('must be the ARN');
  await expect(adopt({ detail: {} } as never)).rejects.toThrow('detail.modelPackageArn must be the ARN of a version');
  await expect(report({ detail: {} } as never)).rejects.toThrow('detail.MonitoringScheduleArn must be a text');
  expect(s3.calls()).toHaveLength(0);
  expect(sagemaker.calls()).toHaveLength(0);
});
