import fc from 'fast-check';
import {
  collectionDays,
  endsBefore,
  judge,
  monitorOf,
  windowOf,
} from '../../lambda/monitoring/report-managed-run/decide';

jest.mock('#dataset', () => ({
  __esModule: true,
  default: jest.requireActual<typeof import('../support/records')>('../support/records').records,
}));

const found = (...pairs: [string, string][]) => ({
  violations: pairs.map(([feature_name, constraint_check_type]) => ({
    feature_name,
    constraint_check_type,
    description: '',
  })),
});
const config = { confirm: { k: 2, n: 3 }, minRecords: 100 };
const drift = found(['share', 'baseline_drift_check']);

test('drift of a watched feature is a violation; everything else is reported', () => {
  const verdict = judge(
    900,
    found(['share', 'baseline_drift_check'], ['temp', 'baseline_drift_check'], ['temp', 'completeness_check']),
    [],
    config,
  );
  expect(verdict.status).toBe('CompletedWithViolations');
  expect(verdict.violations.map(({ feature, check }) => [feature, check])).toEqual([['share', 'baseline_drift_check']]);
  expect(verdict.reported).toHaveLength(2);
  expect(verdict.faults).toEqual([]);
});

test('the few values that are left of a watched column are no drift', () => {
  const verdict = judge(
    900,
    found(['share', 'baseline_drift_check'], ['share', 'completeness_check']),
    ['CompletedWithViolations'],
    config,
  );
  expect(verdict).toMatchObject({ status: 'CompletedWithDataFaults', violations: [], confirmed: false });
  expect(verdict.faults).toHaveLength(1);
});

test('drift of a feature that is only reported is a clean run, whatever the exit message is', () =>
  expect(judge(900, found(['temp', 'baseline_drift_check']), [], config)).toMatchObject({
    status: 'Completed',
    confirmed: false,
  }));

test('the second of three windows confirms', () => {
  expect(judge(900, drift, [], config).confirmed).toBe(false);
  expect(judge(900, drift, ['Completed', 'CompletedWithViolations'], config).confirmed).toBe(true);
  expect(judge(900, drift, ['TooFewRecords', 'Completed'], config).confirmed).toBe(false);
});

test('a day of too few records says so and starts nothing', () =>
  expect(judge(99, drift, ['CompletedWithViolations', 'CompletedWithViolations'], config)).toMatchObject({
    status: 'TooFewRecords',
    violations: [],
    confirmed: false,
  }));

test('whatever came before, only a run that violates confirms, and more votes never take a confirmation back', () => {
  const status = fc.constantFrom('Completed', 'CompletedWithViolations', 'TooFewRecords');
  const knobs = fc
    .integer({ min: 1, max: 10 })
    .chain((n) => fc.record({ n: fc.constant(n), k: fc.integer({ min: 1, max: n }) }));
  fc.assert(
    fc.property(fc.array(status, { maxLength: 9 }), knobs, fc.nat(2000), (earlier, confirm, records) => {
      const knob = { confirm, minRecords: 100 };
      const clean = judge(records, found(), earlier, knob);
      const violated = judge(records, drift, earlier, knob);
      expect(clean.confirmed).toBe(false);
      if (violated.confirmed) {
        expect(records).toBeGreaterThanOrEqual(100);
        expect(judge(records, drift, [...earlier, 'CompletedWithViolations'], knob).confirmed).toBe(true);
      }
      const votes = earlier.filter((one) => one === 'CompletedWithViolations').length + 1;
      expect(violated.confirmed).toBe(records >= 100 && votes >= confirm.k);
    }),
  );
});

test('the window is the days that the service analysed', () => {
  const now = '2026-11-21T00:10:00Z';
  const window = (start_time: string, end_time: string) => windowOf({ start_time, end_time }, now);
  expect(window('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z')).toEqual({ start: '2026-11-20', end: '2026-11-21' });
  expect(() => windowOf({ dataset_format: 'x' }, now)).toThrow('no start_time and end_time but dataset_format');
  expect(() => windowOf(undefined, now)).toThrow('no start_time');
  expect(() => window('2026-11-21T00:00:00Z', '2026-11-20T00:00:00Z')).toThrow('must end after it starts');
  expect(() => window('-PT24H', 'now')).toThrow('must be a day YYYY-MM-DD; received "-PT24H"');
});

test('the windows before end a day apart', () =>
  expect(endsBefore({ start: '2026-02-28', end: '2026-03-01' }, { n: 3 })).toEqual(['2026-02-28', '2026-02-27']));

test('labels of a day are collected the delay later', () => {
  expect(collectionDays('2026-02-27', '2026-03-01', 2)).toEqual(['2026-03-01', '2026-03-02']);
  expect(collectionDays('2026-03-01', '2026-02-01', 2)).toEqual([]);
});

test('a schedule that is not the kit is refused by name', () => {
  expect(monitorOf('mlkit', 'arn:aws:sagemaker:us-east-1:1:monitoring-schedule/mlkit-model-bias')).toBe('model-bias');
  expect(monitorOf('mlkit', 'arn:aws:sagemaker:us-east-1:1:monitoring-schedule/other-model-bias')).toBeUndefined();
});
