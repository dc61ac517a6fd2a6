import { names } from '../../lib/shared/names';
import { kit, only, resources } from '../shared/kit';

const alarm = (what: string, app = kit()) =>
  Object.values(resources('monitoring', 'AWS::CloudWatch::Alarm', app)).find(
    ({ Properties }) => Properties.AlarmName === names.alarm('mlkit', 'monitoring', what),
  )?.Properties;

test('the schedule is daily, passes its own time, and sleeps in the sandbox', () => {
  const schedule = only('monitoring', 'AWS::Scheduler::Schedule').Properties;
  expect(schedule).toMatchObject({ State: 'DISABLED', ScheduleExpression: expect.stringMatching(/^cron\(0 6 /) });
  expect(schedule.Target.Input).toContain('<aws.scheduler.scheduled-time>');
  expect(only('monitoring', 'AWS::Scheduler::Schedule', kit('standard')).Properties.State).toBe('ENABLED');
});

test('a missing heartbeat alarms, where a schedule promises one and nowhere else', () => {
  expect(alarm('heartbeat')).toBeUndefined();
  expect(alarm('heartbeat', kit('standard'))).toMatchObject({
    TreatMissingData: 'breaching',
    ComparisonOperator: 'LessThanThreshold',
    Period: 3600,
  });
});

test('a beat some minutes later than the day before is not missing', () => {
  const { Period, EvaluationPeriods } = alarm('heartbeat', kit('standard'))!;
  expect(Period * EvaluationPeriods).toBeGreaterThan(86_400);
});

test('the pipeline alarm needs no machine to have data for the others to be heard', () => {
  const { Expression } = alarm('pipeline-failed')!.Metrics.find((m: { Expression?: string }) => m.Expression);
  expect(Expression.replaceAll(/FILL\(\w+, 0\)/g, '0')).toMatch(/^SUM\(\[0(, 0)*\]\)$/);
});

test('drift and quality alarm on metrics without version or feature, so that a release does not orphan them', () => {
  for (const what of ['drift', 'quality']) expect(alarm(what)?.Dimensions).toEqual([{ Name: 'Kit', Value: 'mlkit' }]);
});

test('the pipeline alarm covers failures and timeouts of all four machines, within the ten metrics that an alarm may combine', () => {
  const metrics = alarm('pipeline-failed')?.Metrics.filter((m: { MetricStat?: unknown }) => m.MetricStat !== undefined);
  expect(metrics).toHaveLength(8);
});
