import { definition } from '../shared/kit';
import { calledWith, object, walk, type Answer } from '../shared/walk';

const manifest = {
  month: '2013-02',
  files: [
    { table: 'flights', key: 'tables/flights/month=2013-02/flights.csv', bytes: 10 },
    { table: 'weather', key: 'tables/weather/month=2013-02/weather.csv', bytes: 20 },
  ],
};
const rows = { in: 100, curated: 90, setAside: 6, quarantined: 4 };
const prepare = (over: Record<string, Answer[]> = {}) =>
  walk(
    definition('etl'),
    { manifestKey: 'manifests/month=2013-02.json' },
    {
      ReadManifest: [object(manifest)],
      HeadFile: [{ result: { ContentLength: 10 } }, { result: { ContentLength: 20 } }],
      ReadReport: [object({ rows })],
      ...over,
    },
  );

test('a complete month is prepared, measured and announced', () => {
  const run = prepare();
  expect(calledWith(run, 'RunJob').Arguments).toEqual({ '--month': '2013-02' });
  expect(calledWith(run, 'ReadReport').Key).toBe('quality/month=2013-02/report.json');
  expect(calledWith(run, 'PutQuarantineRatio').MetricData[0]).toMatchObject({
    Value: 0.04,
    Dimensions: [{ Name: 'Kit', Value: 'mlkit' }],
  });
  expect(calledWith(run, 'PutReady').Entries[0]).toMatchObject({
    Source: 'mlkit.etl',
    DetailType: 'Curated Partition Ready',
    Detail: { month: '2013-02', rows },
  });
});

test('a file that is not there, or not whole, stops the month before the job and is named', () => {
  const run = prepare({ HeadFile: [{ error: 'S3.S3Exception', cause: '404' }, { result: { ContentLength: 7 } }] });
  expect(run.path).not.toContain('RunJob');
  expect(run.error).toMatchObject({ Error: 'IncompleteMonth' });
  expect(run.error?.Cause).toContain('flights.csv cannot be read');
  expect(run.error?.Cause).toContain('weather.csv has 7 bytes, the manifest says 20');
  expect(calledWith(run, 'Alert').Message).toContain('flights.csv');
});

test('a full job queue is waited for', () => {
  expect(prepare({ RunJob: [{ error: 'Glue.ConcurrentRunsExceededException' }, { result: {} }] }).output).toEqual({
    month: '2013-02',
    rows,
  });
});

test('a month without rows has no share to divide', () => {
  const run = prepare({ ReadReport: [object({ rows: { in: 0, curated: 0, setAside: 0, quarantined: 0 } })] });
  expect(calledWith(run, 'PutQuarantineRatio').MetricData[0].Value).toBe(0);
});

test('a failed job fails the execution and tells people', () => {
  const run = prepare({ RunJob: [{ error: 'States.TaskFailed', cause: 'OutOfMemory' }] });
  expect(run.error).toEqual({ Error: 'States.TaskFailed', Cause: 'OutOfMemory' });
  expect(run.path).toContain('Alert');
});
