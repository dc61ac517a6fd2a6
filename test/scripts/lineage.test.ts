import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand, ListModelPackagesCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { createHash } from 'node:crypto';
import { lineageOf, type LineageRecord, rawByPartition, told } from '../../scripts/operate/lineage';
import { dot, picture } from '../../scripts/operate/lineage-picture';
import { reproduce } from '../../scripts/operate/reproduce';
import { kit, listener } from './kit';

const ARN = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/1';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const file = (key: string, content = key) => ({ key, bytes: content.length, sha256: sha256(content) });
const LABELS = 'ground-truth/2013/01/03/00/labels.jsonl';

const record: LineageRecord = {
  identity: '0123456789abcdef',
  data: {
    through: '2013-02-01',
    partitions: [
      {
        partition: '2013-01',
        run: 'prepare-1',
        rows: 100,
        features: [file('features/month=2013-01/rows.parquet')],
        files: [file('tables/rides/month=2013-01/rides.csv'), file('tables/<hubs>/month=2013-01/hubs.csv')],
      },
    ],
    labels: [file(LABELS)],
    slices: {
      fit: ['2013-01-01', '2013-01-15'],
      select: ['2013-01-15', '2013-01-22'],
      gate: ['2013-01-22', '2013-01-29'],
    },
    rows: { fit: 50, select: 25, gate: 25 },
    dataHash: 'da7a',
  },
  code: file('code/5f2a.gz'),
  training: {
    job: 'arn:aws:sagemaker:us-east-1:123456789012:training-job/mlkit-1',
    image: 'registry/sagemaker-xgboost:3.2-0',
    instanceType: 'ml.m5.large',
    model: 's3://artifacts/models/mlkit-1/output/model.tar.gz',
    algorithm: 'boosted-trees',
    hyperparameters: { eta: 0.1, seed: 2013 },
    treatment: { imbalance: 'smote', reweigh: 'none' },
    seeds: 1,
  },
  metrics: {},
  decision: { promoted: true, reason: 'gain 0.05' },
};
const outcome = {
  window: { start: '2013-02-01', end: '2013-02-08' },
  status: 'Completed',
  records: 70,
  confirmed: false,
};

const [s3, sfn, sagemaker] = [mockClient(S3Client), mockClient(SFNClient), mockClient(SageMakerClient)];
const object = (Bucket: string, Key: string, text: string) =>
  s3.on(GetObjectCommand, { Bucket, Key }).resolves({
    Body: { transformToString: async () => text, transformToByteArray: async () => Buffer.from(text) } as never,
  });
const execution = (executionArn: string, input: object, output: object) =>
  sfn.on(DescribeExecutionCommand, { executionArn }).resolves({
    executionArn,
    name: executionArn,
    status: 'SUCCEEDED',
    startDate: new Date(0),
    input: JSON.stringify(input),
    output: JSON.stringify(output),
  });

beforeEach(() => {
  for (const mock of [s3, sfn, sagemaker]) mock.reset();
  sagemaker.on(ListModelPackagesCommand).resolves({
    ModelPackageSummaryList: [
      { ModelPackageVersion: 1, ModelPackageArn: ARN, ModelApprovalStatus: 'Approved' } as never,
    ],
  });
  sagemaker
    .on(DescribeModelPackageCommand, { ModelPackageName: ARN })
    .resolves({ CustomerMetadataProperties: { evaluation: 's3://artifacts/evaluations/one/' } });
  object('artifacts', 'evaluations/one/lineage.json', JSON.stringify(record));
  object('artifacts', 'windows/1/2013-02-08/outcome.json', JSON.stringify(outcome));
  object('curated', 'quality/month=2013-01/report.json', JSON.stringify(record.data.partitions[0]));
  object('raw', LABELS, LABELS);
  s3.on(ListObjectsV2Command, { Bucket: 'artifacts', Prefix: 'windows/1/' }).resolves({
    Contents: [{ Key: 'windows/1/2013-02-08/outcome.json' }, { Key: 'windows/1/2013-02-08/statistics.json' }],
  });
  sfn.on(ListExecutionsCommand, { stateMachineArn: kit.machines.release }).resolves({
    executions: ['later', 'other', 'first'].map((executionArn) => ({ executionArn, startDate: new Date(0) }) as never),
  });
  execution('first', { modelPackageArn: ARN }, { outcome: 'released', reason: 'serves' });
  execution('other', { modelPackageArn: `${ARN}2` }, { outcome: 'released', reason: 'another model' });
  execution('later', { modelPackageArn: ARN }, { outcome: 'skipped', reason: 'live already' });
});

test('the tree names every file with its hash, and what became of the version', async () => {
  const found = await lineageOf(kit, 1);
  const text = told(found).join('\n');
  const { partitions, labels } = record.data;
  for (const { key, sha256 } of [...partitions.flatMap((p) => [...p.files, ...p.features]), ...labels])
    expect(text).toContain(`${sha256}  ${key}`);
  expect(text).toContain('window 2013-02-01 to 2013-02-08: Completed, 70 records');
  expect(found.releases.map(({ outcome }) => outcome)).toEqual(['released', 'skipped']);
  expect(told(found).slice(0, 3)).toEqual([
    'version 1, Approved: model 0123456789abcdef',
    '├─ rows before 2013-02-01, hash da7a',
    '│  ├─ fit 2013-01-01 to 2013-01-15: 50 labelled rows',
  ]);
});

test('a file that two partitions are made of is told once, and again where its content changed', () => {
  const [first] = record.data.partitions;
  const [seen, changed] = first!.files;
  const files = [seen!, file(changed!.key, 'other')];
  expect(rawByPartition([first!, { ...first!, partition: '2013-02', files }])).toMatchObject([
    { files: first!.files, seen: 0 },
    { files: [files[1]], seen: 1 },
  ]);
});

test('the picture has the raw files on the way to the version', async () => {
  const found = await lineageOf(kit, 1);
  expect(dot(found)).toContain('"raw 2013-01" -> "2013-01"');
  expect(dot(found)).toContain('"later" -> "2013-02-08"');
  const drawn = await picture(found);
  expect(drawn).toContain('<title>Lineage of version 1</title>');
  expect(drawn).toContain(`${sha256('tables/<hubs>/month=2013-01/hubs.csv').slice(0, 10)} tables/&lt;hubs&gt;`);
});

describe('a version is trained again', () => {
  beforeEach(() => {
    sfn.on(StartExecutionCommand).resolves({ executionArn: 'again' });
    execution('again', {}, { outcome: 'Reproduced', evaluationUri: 's3://artifacts/evaluations/two/' });
    object('artifacts', 'evaluations/two/lineage.json', JSON.stringify(record));
  });

  test('from its record, and is the same model', async () => {
    await expect(reproduce(kit, { version: 1 }, listener())).resolves.toEqual({ identity: record.identity });
    const [start] = sfn.commandCalls(StartExecutionCommand);
    expect(JSON.parse(start!.args[0].input.input!)).toMatchObject({
      mode: 'train',
      trigger: 'reproduction',
      dataThrough: '2013-02-01',
      hyperparameters: { eta: 0.1, seed: 2013 },
      imbalance: 'smote',
      reweigh: 'none',
    });
  });

  test.each([
    ['the code: .*, now .*', { code: file('code/6a1b.gz') }],
    ['the number of seeds: 1, now 3', { training: { ...record.training, seeds: 3 } }],
  ])('and what made another model is named: %s', async (named, change) => {
    const other = { ...record, identity: 'fedcba9876543210', ...change };
    object('artifacts', 'evaluations/two/lineage.json', JSON.stringify(other));
    await expect(reproduce(kit, { version: 1 }, listener())).rejects.toThrow(
      new RegExp(`was trained again as fedcba9876543210: ${named}$`),
    );
  });

  test.each<[string, () => void]>([
    [
      '2013-01 was curated again by prepare-2 from a changed tables/rides/month=2013-01/rides.csv',
      () => {
        const [partition] = record.data.partitions;
        const files = partition!.files.map((each) => (each.key.includes('rides') ? file(each.key, 'other') : each));
        const now = { ...partition, run: 'prepare-2', files };
        object('curated', 'quality/month=2013-01/report.json', JSON.stringify(now));
      },
    ],
    [`${LABELS} was delivered again with other labels`, () => object('raw', LABELS, 'other labels')],
  ])('only from the data that it was made of: %s', async (sentence, change) => {
    change();
    await expect(reproduce(kit, { version: 1 }, listener())).rejects.toThrow(sentence);
    expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
  });
});
