import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ListHyperParameterTuningJobsCommand,
  ListModelPackagesCommand,
  type ModelApprovalStatus,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import type { DataSource } from '../../datasets/data-source';
import { labels, load } from '../../scripts/operate/load';
import { monitor } from '../../scripts/operate/monitor';
import { predict } from '../../scripts/operate/predict';
import { approve, reject, release } from '../../scripts/operate/releases';
import { labelledThrough, newestTuning, train } from '../../scripts/operate/train';
import { kit, listener } from './kit';

const s3 = mockClient(S3Client);
const sfn = mockClient(SFNClient);
const sagemaker = mockClient(SageMakerClient);
const body = (text: string) => ({ transformToString: async () => text }) as never;
const registered = (version: number, approval: ModelApprovalStatus) => ({
  ModelPackageVersion: version,
  ModelPackageArn: `arn:package/${version}`,
  ModelApprovalStatus: approval,
  CreationTime: new Date(0),
  ModelPackageStatus: 'Completed' as const,
});

/** Executions by machine, each already at its end with this output; those that an event starts appear at the second look. */
function executions(ended: Partial<Record<keyof typeof kit.machines, { input: object; output: object }>>) {
  for (const [machine, { input, output }] of Object.entries(ended)) {
    const stateMachineArn = kit.machines[machine as keyof typeof kit.machines];
    const executionArn = `arn:execution/${machine}`;
    sfn
      .on(ListExecutionsCommand, { stateMachineArn })
      .resolvesOnce({ executions: [] })
      .resolves({
        executions: [{ executionArn, startDate: new Date(), name: 'x', stateMachineArn, status: 'SUCCEEDED' }],
      });
    sfn.on(StartExecutionCommand, { stateMachineArn }).resolves({ executionArn });
    sfn
      .on(DescribeExecutionCommand, { executionArn })
      .resolves({ status: 'SUCCEEDED', input: JSON.stringify(input), output: JSON.stringify(output) } as never);
  }
}

beforeEach(() => {
  for (const mock of [s3, sfn, sagemaker]) mock.reset();
  s3.on(PutObjectCommand).resolves({});
  sagemaker.on(UpdateModelPackageCommand).resolves({});
  sagemaker.on(ListModelPackagesCommand).resolves({
    ModelPackageSummaryList: [
      registered(3, 'PendingManualApproval'),
      registered(2, 'Approved'),
      registered(1, 'Approved'),
    ],
  });
});
afterEach(() => jest.restoreAllMocks());

const source: DataSource = {
  holds: () => true,
  remarks: ['1 row of events.csv belongs to no month'],
  tables: () =>
    new Map([
      ['shops', { header: 'shop,name', rows: ['AA,Ann'] }],
      ['events', { header: 'h', rows: ['r', 's'] }],
    ]),
  labels: (day) =>
    day === '2013-04-01'
      ? { labels: [{ id: 'a', values: [1, 20] }], refused: ['late is "x"', 'late is "y"'] }
      : { labels: [], refused: [] },
};

const rows = { in: 2, curated: 1, setAside: 1, quarantined: 0 };

test('months land table by table, one manifest last, and the one run of Prepare is waited for', async () => {
  const manifestKey = 'manifests/2013-04-to-2013-05.json';
  const partitions = ['2013-04', '2013-05'].map((partition) => ({ partition, rows, prepareAgain: [] as string[] }));
  partitions[1]!.prepareAgain.push('2013-06');
  executions({ prepare: { input: { manifestKey }, output: { partitions } } });
  const out = listener();
  await load(kit, { source, partitions: ['2013-04', '2013-05'] }, out);
  const puts = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
  expect(puts.map(({ Bucket, Key }) => `${Bucket}/${Key}`)).toEqual([
    'raw/tables/shops/month=2013-04/shops.csv',
    'raw/tables/events/month=2013-04/events.csv',
    'raw/tables/shops/month=2013-05/shops.csv',
    'raw/tables/events/month=2013-05/events.csv',
    `raw/${manifestKey}`,
  ]);
  expect(JSON.parse(String(puts[4]!.Body))).toMatchObject({
    partitions: ['2013-04', '2013-05'],
    source: 'files',
    files: [
      { partition: '2013-04', table: 'shops', rows: 1 },
      { partition: '2013-04', table: 'events', rows: 2 },
      { partition: '2013-05', table: 'shops', rows: 1 },
      { partition: '2013-05', table: 'events', rows: 2 },
    ],
  });
  expect(out.lines).toEqual([
    '1 row of events.csv belongs to no month',
    '2013-04: 2 events landed, 1 curated, 1 set aside, 0 quarantined',
    '2013-05: 2 events landed, 1 curated, 1 set aside, 0 quarantined',
    '2013-06 was prepared earlier and reads 2013-05 as its past: load it again',
  ]);
});

test('a single month has a manifest of its own name', async () => {
  executions({ prepare: { input: { manifestKey: 'manifests/2013-04.json' }, output: { partitions: [] } } });
  await expect(load(kit, { source, partitions: ['2013-04'] }, listener())).resolves.toBeUndefined();
});

test('labels land by day of collection; days without any bring no file', async () => {
  const out = listener();
  const result = await labels(kit, { source, collected: { start: '2013-04-01', end: '2013-04-08' } }, out);
  expect(result).toEqual({ files: 1, labels: 1 });
  expect(out.lines[0]).toBe('2013-04-03: no label: late is "x" (and 1 more)');
  const [put] = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
  expect(put!.Key).toBe('ground-truth/2013/04/03/00/labels.jsonl');
  expect(String(put!.Body)).toContain('"1,20.0"');
});

describe('train', () => {
  const promoted = { outcome: 'Promoted', reason: 'better', modelPackageArn: 'arn:package/2' };
  const options = { mode: 'train', dataThrough: '2013-04-01' } as const;

  test('waits for the release where approval is automatic', async () => {
    executions({
      train: { input: {}, output: promoted },
      release: { input: { modelPackageArn: 'arn:package/2' }, output: { outcome: 'released', reason: 'it serves' } },
    });
    const out = listener();
    await expect(train(kit, options, out)).resolves.toEqual({
      ...promoted,
      released: { outcome: 'released', reason: 'it serves' },
    });
    expect(JSON.parse(sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input.input!)).toEqual({
      ...options,
      trigger: 'manual',
      episode: null,
      attempt: 1,
    });
    expect(out.lines).toEqual(['Promoted: better', 'version 2 is released: it serves']);
  });

  test('says what to do where a person approves', async () => {
    executions({
      train: { input: {}, output: { ...promoted, modelPackageArn: 'arn:package/3' } },
      release: { input: {}, output: {} },
    });
    const out = listener();
    await expect(train(kit, options, out)).resolves.not.toHaveProperty('released');
    expect(out.lines[1]).toBe('version 3 waits: `npm run kit -- approve 3`, or `reject`');
  });

  test('ends where the gate holds the champion', async () => {
    executions({
      train: { input: {}, output: { outcome: 'Held', reason: 'no gain' } },
      release: { input: {}, output: {} },
    });
    await expect(train(kit, options, listener())).resolves.toEqual({ outcome: 'Held', reason: 'no gain' });
  });

  test('goes on from the newest tuning job of the kit', async () => {
    const named = { NameContains: `${kit.name}-`, StatusEquals: 'Completed' as const };
    sagemaker.on(ListHyperParameterTuningJobsCommand).resolves({ HyperParameterTuningJobSummaries: [] });
    await expect(newestTuning(kit)).rejects.toThrow('train --mode tune` first');
    sagemaker
      .on(ListHyperParameterTuningJobsCommand, named)
      .resolves({ HyperParameterTuningJobSummaries: [{ HyperParameterTuningJobName: 'mlkit-9' } as never] });
    await expect(newestTuning(kit)).resolves.toBe('mlkit-9');
  });

  test('refuses to tune a family that a tuning job does not have', async () => {
    const asked = train(kit, { mode: 'tune', algorithm: 'linear', dataThrough: '2013-04-01' }, listener());
    await expect(asked).rejects.toThrow('a tuning job is for boosted-trees alone, not for linear');
  });

  test('takes by default every day whose labels have arrived', async () => {
    s3.on(ListObjectsV2Command, { Bucket: 'raw', Prefix: 'ground-truth/' }).resolves({
      Contents: [
        { Key: 'ground-truth/2013/03/31/00/labels.jsonl' },
        { Key: 'ground-truth/2013/04/02/00/labels.jsonl' },
      ],
    });
    await expect(labelledThrough(kit, listener())).resolves.toBe('2013-04-01');
    await expect(labelledThrough(kit, listener(), { delayDays: 0 })).resolves.toBe('2013-04-03');
    const later = { ...kit, settings: { ...kit.settings, delayDays: 10 } };
    await expect(labelledThrough(later, listener())).resolves.toBe('2013-03-24');
    s3.on(ListObjectsV2Command).resolves({});
    await expect(labelledThrough(kit, listener())).rejects.toThrow(
      'holds no labels: deliver them with `npm run kit -- labels <days>`',
    );
  });

  test('ignores keys that are no labels of a day, and says which', async () => {
    const stray = [
      '',
      'README.txt',
      '2013/02/30/00/labels.jsonl',
      '2013/04/03/00/labels.json',
      '2013/04/03/labels.jsonl',
      '9999/12/31/00/labels.jsonl',
      '_SUCCESS',
    ].map((below) => `ground-truth/${below}`);
    s3.on(ListObjectsV2Command).resolves({
      Contents: [...stray, 'ground-truth/2013/04/02/07/part-1.jsonl'].map((Key) => ({ Key })),
    });
    const out = listener();
    await expect(labelledThrough(kit, out)).resolves.toBe('2013-04-01');
    expect(out.lines).toEqual([
      expect.stringMatching(
        /^ignored 7 of s3:\/\/raw\/ground-truth\/, .*: ground-truth\/, ground-truth\/README.txt, .*, …$/,
      ),
    ]);
  });
});

describe('a version', () => {
  const released = { outcome: 'released', reason: 'it serves' };

  test('that waits is approved and its release waited for', async () => {
    executions({ release: { input: { modelPackageArn: 'arn:package/3' }, output: released } });
    await expect(approve(kit, { version: 3 }, listener())).resolves.toEqual(released);
    expect(sagemaker.commandCalls(UpdateModelPackageCommand)[0]!.args[0].input).toMatchObject({
      ModelPackageArn: 'arn:package/3',
      ModelApprovalStatus: 'Approved',
    });
  });

  test('that is approved already is not approved again', async () => {
    await expect(approve(kit, { version: 2 }, listener())).rejects.toThrow('npm run kit -- release 2');
    expect(sagemaker.commandCalls(UpdateModelPackageCommand)).toHaveLength(0);
  });

  test('is rejected with its reason', async () => {
    await reject(kit, { version: 3, reason: 'biased' }, listener());
    expect(sagemaker.commandCalls(UpdateModelPackageCommand)[0]!.args[0].input).toMatchObject({
      ModelApprovalStatus: 'Rejected',
      ApprovalDescription: 'biased',
    });
  });

  test.each([false, true])('is released; that an older one may be is said by the command (%s)', async (older) => {
    executions({ release: { input: {}, output: { ...released, outcome: 'skipped' } } });
    await expect(release(kit, { version: 1, older }, listener())).resolves.toMatchObject({ outcome: 'skipped' });
    expect(sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input.input).toBe(
      JSON.stringify({ modelPackageArn: 'arn:package/1', force: older }),
    );
  });

  test('that does not exist is refused with those that do', async () => {
    await expect(release(kit, { version: 9 }, listener())).rejects.toThrow(
      'version 9 is not in mlkit-models, which has 3, 2, 1',
    );
  });
});

describe('monitor', () => {
  const window = { start: '2013-04-01', end: '2013-04-08' };

  test('gives the outcome that the job wrote', async () => {
    const outcomeUri = 's3://artifacts/windows/1/2013-04-08/outcome.json';
    const written = {
      window,
      champion: 'arn:package/1',
      records: 5000,
      confirmed: true,
      violations: [{ feature: 'mean_delay_h2', check: 'baseline_drift_check', value: 0.31, threshold: 0.217 }],
      quality: null,
    };
    executions({ monitor: { input: {}, output: { status: 'CompletedWithViolations', outcomeUri } } });
    s3.on(GetObjectCommand, { Bucket: 'artifacts', Key: 'windows/1/2013-04-08/outcome.json' }).resolves({
      Body: body(JSON.stringify(written)),
    });
    const out = listener();
    await expect(monitor(kit, window, out)).resolves.toEqual({ ...written, outcomeUri });
    expect(out.lines).toEqual([
      '2013-04-01 to 2013-04-08: CompletedWithViolations, 5000 records, confirmed\n  mean_delay_h2 baseline_drift_check gives 0.310, the constraint is 0.217',
    ]);
    expect(sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input.input).toBe(
      '{"windowStart":"2013-04-01","windowEnd":"2013-04-08"}',
    );
  });

  test('passes on under which days a replay was captured', async () => {
    executions({ monitor: { input: {}, output: { status: 'NoChampion', outcomeUri: '' } } });
    const captured = { start: '2026-11-23', end: '2026-11-24' };
    await expect(monitor(kit, window, listener(), captured)).rejects.toThrow();
    expect(JSON.parse(sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input.input!)).toMatchObject({
      capturedStart: '2026-11-23',
      capturedEnd: '2026-11-24',
    });
  });

  test.each([
    ['2013-04-08', '2013-04-01'],
    ['2013-04-08', '2013-04-08'],
  ])('refuses the window %s to %s before it asks', async (start, end) => {
    await expect(monitor(kit, { start, end }, listener())).rejects.toThrow(
      'holds no day: its end is the first day after',
    );
    expect(sfn.calls()).toHaveLength(0);
  });

  test('says that there is no model to measure', async () => {
    executions({ monitor: { input: {}, output: { status: 'NoChampion', outcomeUri: '' } } });
    await expect(monitor(kit, window, listener())).rejects.toThrow('train and release a model first');
  });
});

test.each<[string, unknown]>([
  ['a request', { instances: [{ a: 1 }] }],
  ['an array', [{ a: 1 }]],
  ['one instance', { a: 1 }],
])('%s is predicted', async (_, input) => {
  const post = jest.spyOn(kit.api, 'post').mockResolvedValue({ status: 200, body: { predictions: [] } });
  await expect(predict(kit, { input })).resolves.toEqual({ predictions: [] });
  expect(post).toHaveBeenCalledWith('predictions', { instances: [{ a: 1 }] });
});

test("a refused prediction ends with the API's own words", async () => {
  jest
    .spyOn(kit.api, 'post')
    .mockResolvedValue({ status: 400, body: { message: 'no', errors: [{ column: 'seats' }] } });
  await expect(predict(kit, { input: [] })).rejects.toThrow(/the API answered 400: [^]*"column": "seats"/);
});
