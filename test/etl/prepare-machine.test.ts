import { dataset, definition } from '../shared/kit';
import { calledWith, object, walk, type Answer, type Walk } from '../shared/walk';

const file = (partition: string, table: string, bytes: number) => ({
  partition,
  table,
  key: `tables/${table}/day=${partition}/${table}.csv`,
  bytes,
  rows: 1,
  sha256: 'x',
});
const tables = Object.keys(dataset.raw);
const [first, second] = tables as [string, string];
/** A file of every declared table, of 10, 20, … bytes. */
const filesOf = (partition: string) => tables.map((table, i) => file(partition, table, (i + 1) * 10));
const monday = filesOf('2024-02-05');
const one = { partitions: ['2024-02-05'], source: 'files', files: monday };
const two = { partitions: ['2024-02-06', '2024-02-05'], source: 'files', files: [...monday, ...filesOf('2024-02-06')] };
const rows = { in: 100, curated: 90, setAside: 6, quarantined: 4 };
const whole: Answer[] = tables.map((_, i) => ({ result: { ContentLength: (i + 1) * 10 } }));
const heads = [...whole, ...whole];
const missing: Answer = { error: 'S3.S3Exception', cause: '404' };
const prepare = (manifest: unknown, over: Record<string, Answer[]> = {}) =>
  walk(
    definition('etl'),
    { manifestKey: 'manifests/2024-02-05.json' },
    {
      ReadManifest: [object(manifest)],
      HeadFile: [...heads],
      ReadRun: [object({ run: 'run-1', partitions: [{ partition: '2024-02-05', rows }] })],
      ...over,
    },
  );
const calls = ({ calls }: Walk, state: string) => calls.filter((call) => call.state === state);
const leased = (run: Walk, state: 'TakeLease' | 'ReturnLease') =>
  calls(run, state).map((call) => (call.arguments.Item ?? call.arguments.Key).pk.S);

test('a complete day is leased, prepared, measured, announced and given back', () => {
  const run = prepare(one);
  expect(calledWith(run, 'RunJob').Arguments).toEqual({
    '--manifest': 'manifests/2024-02-05.json',
    '--partitions': '2024-02-05',
    '--run': 'run-1',
  });
  expect(calledWith(run, 'ReadRun').Key).toBe('runs/run-1.json');
  expect(calledWith(run, 'PutQuarantineRatio').MetricData[0]).toMatchObject({
    Value: 0.04,
    Dimensions: [{ Name: 'Kit', Value: 'mlkit' }],
  });
  expect(calledWith(run, 'PutReady').Entries[0]).toMatchObject({
    Source: 'mlkit.etl',
    DetailType: 'Curated Partition Ready',
    Detail: { partition: '2024-02-05', source: 'files', rows },
  });
  expect(leased(run, 'TakeLease')).toEqual(['2024-02-05']);
  expect(leased(run, 'ReturnLease')).toEqual(['2024-02-05']);
  expect(run.output).toEqual({ partitions: [{ partition: '2024-02-05', rows }] });
});

test('several days are one run, each leased in the order of their names and announced by itself', () => {
  const partitions = ['2024-02-05', '2024-02-06'].map((partition) => ({ partition, rows }));
  const run = prepare(two, { ReadRun: [object({ run: 'run-1', partitions })] });
  expect(calls(run, 'RunJob')).toHaveLength(1);
  expect(calledWith(run, 'RunJob').Arguments['--partitions']).toBe('2024-02-05,2024-02-06');
  expect(leased(run, 'TakeLease')).toEqual(['2024-02-05', '2024-02-06']);
  expect(calls(run, 'PutReady').map((call) => call.arguments.Entries[0].Detail.partition)).toEqual([
    '2024-02-05',
    '2024-02-06',
  ]);
  expect(run.output).toEqual({ partitions });
});

test('a file that is not there, or not whole, stops the day before the job and is named', () => {
  const run = prepare(one, { HeadFile: [missing, { result: { ContentLength: 7 } }, ...whole.slice(2)] });
  expect(run.path).not.toContain('RunJob');
  expect(run.path).not.toContain('TakeLease');
  expect(run.error).toMatchObject({ Error: 'PartitionsRefused' });
  expect(run.error?.Cause).toContain(`${first}.csv cannot be read`);
  expect(run.error?.Cause).toContain(`${second}.csv has 7 bytes, the manifest says 20`);
  expect(calledWith(run, 'Alert').Message).toContain(`${first}.csv`);
});

test('a broken day does not stop the others, whether Prepare or the job refuses it', () => {
  const byPrepare = prepare(two, { HeadFile: [...whole, missing, ...whole.slice(1)] });
  expect(calledWith(byPrepare, 'RunJob').Arguments['--partitions']).toBe('2024-02-05');
  expect(leased(byPrepare, 'ReturnLease')).toEqual(['2024-02-05']);
  expect(byPrepare.error?.Cause).toMatch(/^2024-02-06: .*\.csv cannot be read.*\. Prepared: 2024-02-05$/);

  const refused = 'a file has no column colour';
  const partitions = [
    { partition: '2024-02-05', rows },
    { partition: '2024-02-06', refused },
  ];
  const byJob = prepare(two, { ReadRun: [object({ run: 'run-1', partitions })] });
  expect(calls(byJob, 'PutReady')).toHaveLength(1);
  expect(byJob.error).toEqual({ Error: 'PartitionsRefused', Cause: `2024-02-06: ${refused}. Prepared: 2024-02-05` });
  expect(leased(byJob, 'ReturnLease')).toEqual(['2024-02-05', '2024-02-06']);
});

test('a file under another key than the job reads is refused', () => {
  const files = [{ ...monday[0], key: `tables/${first}/${first}.csv` }, ...monday.slice(1)];
  const run = prepare({ ...one, files });
  expect(run.path).not.toContain('RunJob');
  expect(run.error?.Cause).toContain(
    `tables/${first}/${first}.csv is not where the job looks: tables/${first}/day=2024-02-05/${first}.csv`,
  );
});

test('a key that climbs, or that names another bucket, is not where the job looks', () => {
  for (const key of [`tables/${first}/../x.csv`, `s3://other/tables/${first}/day=2024-02-05/${first}.csv`, '']) {
    const run = prepare({ ...one, files: [{ ...monday[0], key }, ...monday.slice(1)] });
    expect(run.path).not.toContain('RunJob');
    expect(run.error?.Cause).toContain(`${key} is not where the job looks`);
  }
});

test('a manifest may name its partitions in any order and twice', () => {
  const twice = { ...two, partitions: ['2024-02-06', '2024-02-05', '2024-02-06'] };
  expect(calledWith(prepare(twice), 'RunJob').Arguments['--partitions']).toBe('2024-02-05,2024-02-06');
});

test.each([
  ['without files', [], `names no file of ${tables.join(', ')}`],
  ['without one of the tables', monday.slice(1), `names no file of ${first}`],
  ['with a table that is not declared', [...monday, file('2024-02-05', 'colours', 10)], 'declares no table colours'],
  ['with a table twice', [...monday, monday[0]], `names more than one file of ${first}`],
])('a day %s is refused before the job starts', (_, files, reason) => {
  const run = prepare({ ...one, files }, { HeadFile: [...heads] });
  expect(run.path).not.toContain('RunJob');
  expect(run.error?.Error).toBe('PartitionsRefused');
  expect(run.error?.Cause).toContain(reason);
});

test('a day of the manifest without a file stops no other', () => {
  const run = prepare({ ...one, partitions: ['2024-02-05', '2024-02-07'] });
  expect(run.error?.Cause).toMatch(/^2024-02-07: the manifest names no file of .* Prepared: 2024-02-05$/);
});

test('what a run says of later days is in the output', () => {
  const partitions = [{ partition: '2024-02-05', rows, prepareAgain: ['2024-02-06'] }];
  expect(prepare(one, { ReadRun: [object({ run: 'run-1', partitions })] }).output).toEqual({ partitions });
});

test.each([
  ['of another form', { day: '2024-02-05', files: monday }],
  ['of another source', { ...one, source: 'stream' }],
  ['without partitions', { ...one, partitions: [] }],
  ['with a partition that is no day', { ...one, partitions: ['2024-2-5'] }],
  ['with a month where days are partitions', { ...one, partitions: ['2024-02'] }],
  ['with a day that no year has', { ...one, partitions: ['2024-13-05'] }],
  ['with two days in one name', { ...one, partitions: ['2024-02-05,2024-02-06'] }],
  ['with a number as the partition', { ...one, partitions: [20240205] }],
  ['with the names of files alone', { ...one, files: monday.map(({ key }) => key) }],
  [
    'with a file without length',
    { ...one, files: monday.map(({ key, table, partition }) => ({ key, table, partition })) },
  ],
  ['with rows as text', { ...one, files: monday.map((each) => ({ ...each, rows: '1' })) }],
  ['with a file of a partition that it does not list', { ...one, files: [...monday, file('2024-02-06', first, 10)] }],
  ['with a key out of its folder and no table', { ...one, files: [{ ...monday[0], table: null, key: '../x.csv' }] }],
  ['that is a list', [one]],
  ['that is a text', 'manifest'],
])('a manifest %s is refused with the form that is expected', (_, manifest) => {
  const run = prepare(manifest);
  expect(run.path).not.toContain('CheckFiles');
  expect(run.error?.Error).toBe('InvalidManifest');
  expect(run.error?.Cause).toContain('manifests/2024-02-05.json');
  expect(run.error?.Cause).toContain('"partitions"');
});

test('a day that another execution holds is waited for, and never prepared twice at once', () => {
  const held: Answer = { error: 'DynamoDB.ConditionalCheckFailedException' };
  expect(prepare(one, { TakeLease: [held, { result: {} }] }).output).toEqual({
    partitions: [{ partition: '2024-02-05', rows }],
  });
  const never = prepare(one, { TakeLease: [{ error: 'DynamoDB.ResourceNotFoundException' }] });
  expect(never.path).not.toContain('RunJob');
  expect(never.path).toContain('Alert');
});

test.each([
  ['job', 'Glue.ConcurrentRunsExceededException'],
  ['account', 'Glue.ResourceNumberLimitExceededException'],
])('a full %s is waited for', (_, error) => {
  const run = prepare(one, { RunJob: [{ error }, { result: {} }] });
  expect(run.output).toEqual({ partitions: [{ partition: '2024-02-05', rows }] });
});

test('a day without rows has no share to divide', () => {
  const empty = { in: 0, curated: 0, setAside: 0, quarantined: 0 };
  const partitions = [{ partition: '2024-02-05', rows: empty }];
  const run = prepare(one, { ReadRun: [object({ run: 'run-1', partitions })] });
  expect(calledWith(run, 'PutQuarantineRatio').MetricData[0].Value).toBe(0);
});

test('a failed job gives the leases back, fails the execution and tells people', () => {
  const run = prepare(one, { RunJob: [{ error: 'States.TaskFailed', cause: 'OutOfMemory' }] });
  expect(run.error).toEqual({ Error: 'States.TaskFailed', Cause: 'OutOfMemory' });
  expect(leased(run, 'ReturnLease')).toEqual(['2024-02-05']);
  expect(run.path).toContain('Alert');
});
