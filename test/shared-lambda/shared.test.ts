import { requireEnv } from '../../lambda/shared/env';
import { retraining } from '../../lib/retraining/room';
import { countMetric } from '../../lambda/shared/metric';

test('a variable that the stack forgot is named', () => {
  delete process.env.STATE_TABLE;
  expect(() => requireEnv(retraining.env.stateTable)).toThrow('environment variable STATE_TABLE is not set');
  process.env.STATE_TABLE = '';
  expect(() => requireEnv(retraining.env.stateTable)).toThrow('STATE_TABLE');
  process.env.STATE_TABLE = 'state';
  expect(requireEnv(retraining.env.stateTable)).toBe('state');
});

test('a count is one line in embedded metric format, which evidence cannot overwrite', () => {
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  countMetric('mlkit', 'CaptureFailures', { reason: 'slow', Kit: 'other', CaptureFailures: 9 });
  write.mockRestore();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(lines[0]!)).toEqual({
    reason: 'slow',
    Kit: 'mlkit',
    CaptureFailures: 1,
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'MlLifecycleKit',
          Dimensions: [['Kit']],
          Metrics: [{ Name: 'CaptureFailures', Unit: 'Count' }],
        },
      ],
    },
  });
});
