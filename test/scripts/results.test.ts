/** What a deployed kit gives to look at: a request, its files, the guard's reasons. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { toldWhy, why } from '../../scripts/operate/decisions';
import type { Row } from '../../scripts/operate/features';
import { pull } from '../../scripts/operate/pull';
import { sample } from '../../scripts/operate/sample';
import { kit, listener } from './kit';

const curated = new Map<string, Row[]>();
jest.mock('../../scripts/operate/features', () => ({
  featuresOf: async (_: unknown, partition: string) => curated.get(partition),
}));

const [s3, table] = [mockClient(S3Client), mockClient(DynamoDBDocumentClient)];
const folder = mkdtempSync(join(tmpdir(), 'pull-'));
beforeEach(() => {
  s3.reset();
  table.reset();
  curated.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

const body = (text: string) => sdkStreamMixin(Readable.from([text]));

describe('sample', () => {
  const at = (happened_at: string): Row => ({ record_key: `AA-${happened_at}`, happened_at });
  beforeEach(() => {
    s3.on(ListObjectsV2Command).resolves({
      CommonPrefixes: ['2013-01', '2013-02'].map((month) => ({ Prefix: `features/month=${month}/` })),
    });
    curated.set('2013-01', [at('2013-01-31')]);
    curated.set('2013-02', [at('2013-02-02'), at('2013-02-03'), at('2013-02-01')]);
  });

  test('is the latest rows of the newest partition, as they were written', async () => {
    await expect(sample(kit, { rows: 2 })).resolves.toEqual({ instances: [at('2013-02-02'), at('2013-02-03')] });
    await expect(sample(kit, { rows: 2, partition: '2013-01' })).resolves.toEqual({ instances: [at('2013-01-31')] });
  });

  test('is refused where nothing is curated, or the API would refuse it', async () => {
    await expect(sample(kit, { rows: 501 })).rejects.toThrow('--rows is 501: a request holds 1 to 500 rows');
    s3.on(ListObjectsV2Command).resolves({});
    await expect(sample(kit, { rows: 1 })).rejects.toThrow('nothing is curated yet');
  });
});

describe('pull', () => {
  const holding = (objects: Record<string, Record<string, string>>) => {
    s3.on(ListObjectsV2Command).callsFake(({ Bucket, Prefix }: { Bucket: string; Prefix: string }) => ({
      Contents: Object.entries(objects[Bucket] ?? {})
        .filter(([Key]) => Key.startsWith(Prefix))
        .map(([Key, text]) => ({ Key, Size: text.length })),
    }));
    s3.on(GetObjectCommand).callsFake(({ Bucket, Key }: { Bucket: string; Key: string }) => ({
      Body: body(objects[Bucket]![Key]!),
    }));
  };
  const model = 'models/job/output/model.tar.gz';
  const [features, evaluation] = ['features/month=2013-01/rows.parquet', 'evaluations/run/evaluation.json'];
  const labels = 'ground-truth/2013/01/03/00/labels.jsonl';

  test('brings each object below its own key', async () => {
    holding({
      raw: { [labels]: 'label', 'tables/raw.csv': 'not wanted' },
      curated: { [features]: 'rows', 'staging/run/rows': 'not wanted' },
      artifacts: { [model]: 'model', 'models/': '', [evaluation]: '{}' },
    });
    const out = listener();
    const pulled = await pull(kit, { folder }, out);
    expect(pulled.filter(({ files }) => files > 0)).toEqual([
      { part: 'curated', files: 1, bytes: 4 },
      { part: 'labels', files: 1, bytes: 5 },
      { part: 'models', files: 1, bytes: 5 },
      { part: 'evaluations', files: 1, bytes: 2 },
    ]);
    expect([features, labels, model, evaluation].map((key) => readFileSync(join(folder, key), 'utf8'))).toEqual([
      'rows',
      'label',
      'model',
      '{}',
    ]);
    expect(out.lines.at(-1)).toBe(`below ${folder}`);
  });

  test('refuses a part that is not known, an account that has none, and a key that leads out of the folder', async () => {
    holding({ artifacts: { 'models/../../escaped': 'x' } });
    await expect(pull(kit, { folder, parts: ['modles'] }, listener())).rejects.toThrow('modles is none of curated, ');
    await expect(pull(kit, { folder, parts: ['windows'] }, listener())).rejects.toThrow('has nothing of windows yet');
    await expect(pull(kit, { folder, parts: ['models'] }, listener())).rejects.toThrow('leads out of');
  });
});

describe('why', () => {
  const decision = (decidedAt: string, reason: string) => ({
    ...{ pk: 'decision#2013-06-08', sk: decidedAt, decidedAt, reason, outcome: 'skipped', episode: 'v1-2013-06-01' },
    attempt: 1,
    wouldChange: 'a window that ends later',
    evidence: {
      ...{ window: { start: '2013-06-01', end: '2013-06-08' }, champion: 'arn:package/1', confirmed: true },
      ...{ status: 'CompletedWithViolations', newLabelledRows: 9000 },
      violations: [{ feature: 'share', check: 'baseline_drift_check' }],
      outcomeUri: 's3://artifacts/windows/1/2013-06-08/outcome.json',
    },
  });
  beforeEach(() =>
    table.on(ScanCommand).resolves({
      Items: [
        { pk: 'lock', sk: 'lock' },
        decision('2013-06-08T01', 'the older'),
        decision('2013-06-08T02', 'the newer'),
      ],
    }),
  );

  test('is the newest decision with the figures of the monitor, and what would have changed it', async () => {
    const violations = [{ feature: 'share', check: 'baseline_drift_check', value: 0.31, threshold: 0.2 }];
    s3.on(GetObjectCommand).resolves({ Body: body(JSON.stringify({ records: 6000, violations })) });
    const found = await why(kit, { last: 1 });
    expect(found.flatMap(toldWhy)).toEqual([
      '2013-06-08T02 skipped, episode v1-2013-06-01: the newer',
      '  window    2013-06-01 to 2013-06-08 under version 1: CompletedWithViolations, confirmed, 6000 records',
      '  evidence  share baseline_drift_check gives 0.310, the constraint is 0.200',
      "  labels    9000 labelled rows newer than the champion's training",
      '  file      s3://artifacts/windows/1/2013-06-08/outcome.json',
      '  another decision by: a window that ends later',
    ]);
  });

  test('does without the file where it is gone, and says so where nothing was decided', async () => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('gone'), { name: 'NoSuchKey' }));
    expect((await why(kit, { last: 2 })).flatMap(toldWhy)).toContain('  evidence  share baseline_drift_check');
    table.on(ScanCommand).resolves({});
    await expect(why(kit, { last: 1 })).rejects.toThrow('the guard has decided nothing yet');
  });
});
