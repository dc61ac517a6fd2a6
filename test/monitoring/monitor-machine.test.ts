import { etl } from '../../lib/etl/room';
import { definition } from '../shared/kit';
import { calledWith, object, walk, type Answer } from '../shared/walk';
import type { Json } from '../shared/json';

const champion = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/3';
const clean = {
  status: 'Completed',
  confirmed: false,
  violations: [],
  records: 5000,
  labelledRows: 4800,
  newLabelledRows: 4800,
  reported: [],
  dataFaultRatio: 0,
  metrics: [{ MetricName: 'DriftViolations', Value: 0 }],
};
const violated = {
  ...clean,
  status: 'CompletedWithViolations',
  confirmed: true,
  violations: [{ feature: 'share', check: 'baseline_drift_check', value: 0.2, threshold: 0.13, retrain: true }],
};

const answers = (outcome: unknown, over: Record<string, Answer[]> = {}): Record<string, Answer[]> => ({
  ReadChampion: [{ result: { Parameter: { Value: champion } } }],
  DescribeChampion: [
    {
      result: {
        InferenceSpecification: { Containers: [{ ModelDataUrl: 's3://a/model.tar.gz' }] },
        CustomerMetadataProperties: { evaluation: 's3://a/evaluations/run-0/', trainedThrough: '2013-04-01' },
      },
    },
  ],
  ReadOutcome: [object(outcome)],
  ...over,
});
const monitor = (
  outcome: unknown,
  input: object = { windowStart: '2013-09-02', windowEnd: '2013-09-09' },
  over: Record<string, Answer[]> = {},
) => walk(definition('monitoring'), input, answers(outcome, over));

test('a clean window ends in metrics, heartbeat and event, and tells nobody', () => {
  const run = monitor(clean);
  expect(calledWith(run, 'PutMetrics').MetricData.map((m: Json) => m.MetricName)).toEqual([
    'MonitorHeartbeat',
    'QuarantineRatio',
    'DriftViolations',
  ]);
  expect(calledWith(run, 'PutCompleted').Entries[0].Detail).toMatchObject({
    window: { start: '2013-09-02', end: '2013-09-09' },
    champion,
    status: 'Completed',
    confirmed: false,
    outcomeUri: expect.stringMatching(/windows\/3\/2013-09-09\/outcome.json$/),
  });
  expect(run.path).not.toContain('TellPeople');
});

test('violations reach people by name and value', () => {
  const run = monitor(violated);
  expect(calledWith(run, 'TellPeople')).toMatchObject({
    Subject: 'Drift confirmed',
    Message: expect.stringContaining('share baseline_drift_check 0.2 (threshold 0.13)'),
  });
});

test('invalid data raises the alarm of Prepare and is reported, but starts nothing', () => {
  const fault = { feature: 'size', check: 'completeness_check', value: 0, threshold: 0.93, retrain: false };
  const run = monitor({
    ...clean,
    status: 'CompletedWithDataFaults',
    dataFaultRatio: 1,
    reported: [
      { ...fault, fault: true },
      { ...fault, feature: 'temp', fault: false },
    ],
  });
  expect(calledWith(run, 'PutMetrics').MetricData[1]).toEqual({
    MetricName: etl.metrics.quarantineRatio,
    Dimensions: [{ Name: 'Kit', Value: 'mlkit' }],
    Unit: 'None',
    Value: 1,
  });
  const { Subject, Message } = calledWith(run, 'TellPeople');
  expect(Subject).toBe('Data is not what it must be');
  expect(Message).toContain(': size completeness_check 0 (threshold 0.93). ');
});

test('the job gets window, champion and baselines', () => {
  const { AppSpecification, ProcessingInputs, ProcessingOutputConfig } = calledWith(monitor(clean), 'RunMonitor');
  const options = AppSpecification.ContainerArguments as string[];
  const value = (option: string) => options[options.indexOf(option) + 1];
  expect(value('--window-start')).toBe('2013-09-02');
  expect([value('--captured-start'), value('--captured-end')]).toEqual(['2013-09-02', '2013-09-09']);
  expect(value('--trained-through')).toBe('2013-04-01');
  expect(value('--kit')).toBe('mlkit');
  expect(value('--captured')).toMatch(/\/mlkit\/AllTraffic\/$/);
  expect(value('--windows')).toMatch(/\/windows\/$/);
  expect(ProcessingInputs.map((i: Json) => i.InputName)).toEqual(['code', 'baseline', 'model']);
  expect(ProcessingOutputConfig.Outputs[0].S3Output.S3Uri).toMatch(/windows\/3\/2013-09-09$/);
});

test('a replay under native capture says under which days its records lie', () => {
  const input = {
    windowStart: '2013-09-02',
    windowEnd: '2013-09-09',
    capturedStart: '2026-11-23',
    capturedEnd: '2026-11-24',
  };
  const run = monitor(clean, input);
  const options = calledWith(run, 'RunMonitor').AppSpecification.ContainerArguments as string[];
  const value = (option: string) => options[options.indexOf(option) + 1];
  expect([value('--captured-start'), value('--captured-end')]).toEqual(['2026-11-23', '2026-11-24']);
  expect(calledWith(run, 'PutCompleted').Entries[0].Detail.window).toEqual({ start: '2013-09-02', end: '2013-09-09' });
});

test.each([
  ['backwards', { windowStart: '2013-09-09', windowEnd: '2013-09-02' }],
  ['of no day', { windowStart: '2013-09-02', windowEnd: '2013-09-02' }],
  ['with a text for its end', { windowStart: '2013-09-02', windowEnd: 'soon' }],
  ['with a number for its start', { windowStart: 20130902, windowEnd: '2013-09-09' }],
  ['in another form', { windowStart: '20130902', windowEnd: '20130909' }],
  ['with a month that no year has', { windowStart: '2013-09-02', windowEnd: '2013-13-01' }],
  ['without an end', { windowStart: '2013-09-02' }],
  ['and records of no day', { windowStart: '2013-09-02', windowEnd: '2013-09-09', capturedStart: 'x' }],
])('a window %s is refused before anything is started', (_, input) => {
  const run = monitor(clean, input);
  expect(run.path).not.toContain('RunMonitor');
  expect(run.error).toMatchObject({
    Error: 'InvalidWindow',
    Cause: expect.stringContaining('is no range of days: write windowStart and windowEnd as'),
  });
  expect(run.path).toContain('Alert');
});

test('the schedule derives the last window whose labels have come', () => {
  // Labels take two days, the window is a fortnight.
  const run = monitor(clean, { scheduledTime: '2013-09-11T06:00:00Z' });
  expect(calledWith(run, 'PutCompleted').Entries[0].Detail.window).toEqual({ start: '2013-08-26', end: '2013-09-09' });
});

test('without a champion the heart still beats and the event says why', () => {
  const run = monitor(clean, undefined, { ReadChampion: [{ result: { Parameter: { Value: 'none' } } }] });
  expect(run.path).not.toContain('RunMonitor');
  expect(calledWith(run, 'PutMetrics').MetricData.map((m: Json) => m.Value)).toEqual([1, 0]);
  expect(calledWith(run, 'PutCompleted').Entries[0].Detail).toMatchObject({
    status: 'NoChampion',
    confirmed: false,
    outcomeUri: '',
  });
});

test('too few records is an outcome with a heartbeat, not silence', () => {
  const run = monitor({ ...clean, status: 'TooFewRecords', records: 3 });
  expect(run.output.status).toBe('TooFewRecords');
  expect(run.path).toContain('PutMetrics');
});

test('no more than 1,000 metrics go in one call', () => {
  const many = { ...clean, metrics: Array.from({ length: 1200 }, () => ({ MetricName: 'DriftDistance', Value: 0 })) };
  expect(calledWith(monitor(many), 'PutMetrics').MetricData).toHaveLength(1000);
});

test('a failed job has no heartbeat and is told', () => {
  const run = monitor(clean, undefined, { RunMonitor: [{ error: 'States.TaskFailed', cause: 'exit 1' }] });
  expect(run.path).not.toContain('PutMetrics');
  expect(run.error).toBeDefined();
  expect(run.path).toContain('Alert');
});
