import { DescribeKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { FirehoseClient, ListDeliveryStreamsCommand } from '@aws-sdk/client-firehose';
import { GetDatabasesCommand, GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import { mockClient } from 'aws-sdk-client-mock';
import { covers } from '../../../scripts/account/sweep';
import { kinds, list, owns, removal } from '../../../scripts/account/sweep/list';
import { notPlanted, planted } from '../../../scripts/rehearse/planted';

const aws = {
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
};

test('every kind is planted in a rehearsal, or says why it cannot be', () => {
  const rehearsed = [...Object.keys(planted), ...Object.keys(notPlanted)];
  expect(rehearsed.sort()).toEqual(kinds.map(({ type }) => type).sort());
});

test.each([
  ['KMS key', 'arn:aws:kms:us-east-1:123456789012:key/76fad30f'],
  ['S3 bucket', 'arn:aws:s3:::mlkit-data-lake-raw'],
  ['model', 'arn:aws:sagemaker:us-east-1:123456789012:model/model-1'],
  ['model package', 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/1'],
  ['alarm', 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:mlkit/etl/quarantine-share'],
  ['REST API', 'arn:aws:apigateway:us-east-1::/restapis/08059755/stages/v1'],
])('an ARN of a %s belongs to that kind alone', (kind, arn) => {
  expect(kinds.filter((each) => covers(each, arn)).map(({ label }) => label)).toEqual([kind]);
});

test('what no kind lists is left when it carries the tag', () => {
  expect(kinds.some((kind) => covers(kind, 'arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1'))).toBe(false);
});

test("a key that refuses to be described is somebody else's", async () => {
  mockClient(KMSClient)
    .on(ListKeysCommand)
    .resolves({ Keys: [{ KeyId: 'theirs' }, { KeyId: 'ours' }] })
    .on(DescribeKeyCommand, { KeyId: 'theirs' })
    .rejects(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }))
    .on(DescribeKeyCommand, { KeyId: 'ours' })
    .resolves({ KeyMetadata: { KeyId: 'ours', Description: 'Everything of the kit mlkit' } });
  const keys = kinds.find(({ label }) => label === 'KMS key')!;
  const found = await list(aws, 'mlkit', keys);
  expect(found.filter(({ name }) => owns('mlkit', keys.listed, name))).toMatchObject([{ id: 'ours' }]);
});

test('a list is read to its last page, by the token or by the last name', async () => {
  mockClient(EventBridgeClient)
    .on(ListRulesCommand)
    .callsFake(({ NextToken }) =>
      NextToken === undefined
        ? { Rules: [{ Name: 'StepFunctionsGetEventsForECSTaskRule' }], NextToken: '2' }
        : { Rules: [{ Name: 'mlkit-etl-Rule' }] },
    );
  mockClient(FirehoseClient)
    .on(ListDeliveryStreamsCommand)
    .callsFake(({ ExclusiveStartDeliveryStreamName: last }) => ({
      DeliveryStreamNames: { undefined: ['a', 'b'], b: ['c'] }[String(last)] ?? [],
    }));
  const of = (label: string) =>
    list(
      aws,
      'mlkit',
      kinds.find((kind) => kind.label === label)!,
    );
  expect(await of('EventBridge rule')).toEqual([
    { name: 'StepFunctionsGetEventsForECSTaskRule', apart: 'shared' },
    { name: 'mlkit-etl-Rule' },
  ]);
  expect((await of('Firehose stream')).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test("what is in a container is looked for only where the container is the kit's, and what is deleted does not count", async () => {
  const asked: unknown[] = [];
  mockClient(GlueClient)
    .on(GetDatabasesCommand)
    .resolves({ DatabaseList: [{ Name: 'other' }, { Name: 'ml_kit' }] })
    .on(GetTablesCommand)
    .callsFake(({ DatabaseName }) => {
      asked.push(DatabaseName);
      return { TableList: [{ Name: 'curated' }] };
    });
  mockClient(CloudFormationClient)
    .on(ListStacksCommand)
    .resolves({
      StackSummaries: (['DELETE_COMPLETE', 'CREATE_COMPLETE'] as const).map((StackStatus) => ({
        StackName: `ml-kit-${StackStatus}`,
        StackStatus,
        CreationTime: new Date(0),
      })),
    });
  const tables = kinds.find(({ label }) => label === 'Glue table')!;
  const [table] = await list(aws, 'ml-kit', tables);
  expect(asked).toEqual(['ml_kit']);
  expect(removal('ml-kit', tables, table!)).toBe('aws glue delete-table --database-name ml_kit --name curated');
  expect(owns('ml-kit', tables.listed, table!.name)).toBe(true);
  const stacks = kinds.find(({ label }) => label === 'CloudFormation stack')!;
  expect(await list(aws, 'ml-kit', stacks)).toEqual([{ name: 'ml-kit-CREATE_COMPLETE' }]);
});

test.each([
  ['ml', 'alarm', 'ml/etl/quarantine-share', true],
  ['ml', 'alarm', 'mlkit/etl/quarantine-share', false],
  ['ml', 'SSM parameter', '/ml/champion', true],
  ['ml', 'model', 'ml-model', false],
  ['ml', 'monitoring schedule', 'ml-data-quality', true],
  ['ml', 'log group', '/aws/sagemaker/TrainingJobs', true],
  ['ml', 'log group', '/aws/lambda/other', false],
  ['ml', 'training job', 'ml-0123456789ab', true],
])('kit %s, %s %s: %s', (kit, label, name, mine) => {
  expect(owns(kit, kinds.find((kind) => kind.label === label)!.listed, name)).toBe(mine);
});
