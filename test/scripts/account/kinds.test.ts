import { DescribeKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { covers } from '../../../scripts/account/sweep';
import { kinds, list, owns } from '../../../scripts/account/sweep/list';
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
