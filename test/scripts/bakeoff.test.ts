import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { bakeoff } from '../../scripts/operate/bakeoff';
import { kit, listener } from './kit';

const s3 = mockClient(S3Client);
const sfn = mockClient(SFNClient);

const ranked = { score: 0.73, prAuc: 0.48, gain: -0.004, interval: [-0.01, 0.003], costPerThousand: 7009.2 };
const family = { ...ranked, selectScore: 0.76, brier: 0.149, calibrationError: 0.025, cpuSeconds: 9.4 };
const table = {
  winner: 'ensemble',
  measure: 'AUC',
  families: [
    { ...family, family: 'ensemble', gain: 0, interval: [0, 0] },
    { ...family, family: 'linear' },
  ],
  rule: { ...ranked, name: 'the one-feature rule' },
  nothing: { costPerThousand: 10_012.5 },
  failed: ['decision-tree: no spot capacity came within maxWaitMinutes'],
};
const options = { families: ['ensemble', 'linear', 'decision-tree'], dataThrough: '2013-04-01' } as const;

/** Train ends so, with this table in its bucket. */
async function ended(output: object, content: object) {
  for (const mock of [s3, sfn]) mock.reset();
  sfn.on(ListExecutionsCommand).resolves({ executions: [] });
  sfn
    .on(StartExecutionCommand)
    .resolves({ executionArn: 'arn:aws:states:us-east-1:123456789012:execution:Train:run-1' });
  sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', output: JSON.stringify(output) } as never);
  s3.on(GetObjectCommand).resolves({ Body: { transformToString: async () => JSON.stringify(content) } as never });
  const out = listener();
  const trained = await bakeoff(kit, options, out);
  const [printed = '', ...lines] = out.lines;
  return { trained, lines, printed: printed.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' ').trim()) };
}
const held = { outcome: 'Held', reason: 'no gain' };

test('the table is printed before the outcome, with what is not in it', async () => {
  const { trained, printed, lines } = await ended(held, table);
  expect(printed).toEqual([
    'select AUC to winner 95 % PR-AUC Brier calibration cost/1,000 CPU s',
    expect.stringMatching(/^-+/),
    'ensemble 0.7600 0.7300 0.0000 [0.0000, 0.0000] 0.4800 0.1490 0.0250 7009.2 9.4',
    'linear 0.7600 0.7300 -0.0040 [-0.0100, 0.0030] 0.4800 0.1490 0.0250 7009.2 9.4',
    'the one-feature rule 0.7300 -0.0040 [-0.0100, 0.0030] 0.4800 7009.2',
    'doing nothing 10012.5',
  ]);
  expect(lines).toEqual([
    'not in the table: decision-tree: no spot capacity came within maxWaitMinutes',
    expect.stringContaining('the winner of the select slice is ensemble'),
    'as a page: s3://artifacts/evaluations/run-1/bakeoff.html',
    'Held: no gain',
  ]);
  expect(trained).toEqual({ ...held, table });
  const [started] = sfn.commandCalls(StartExecutionCommand);
  expect(JSON.parse(started!.args[0].input.input!)).toMatchObject({ mode: 'bakeoff', ...options });
});

test('a task without prices has its own figures, and nobody who does nothing', async () => {
  const number = { score: 24.1, gain: 0, interval: [0, 0], family: 'linear', selectScore: 23.2, rmse: 41, r2: 0.17 };
  const { printed } = await ended(held, {
    ...{ ...table, measure: 'MAE', families: [{ ...number, cpuSeconds: 3 }], nothing: {} },
    rule: { score: 26, gain: -1.9, interval: [-2.2, -1.6], name: 'the mean of the airport' },
  });
  expect(printed).toEqual([
    'select MAE to winner 95 % RMSE R² CPU s',
    expect.stringMatching(/^-+/),
    'linear 23.2000 24.1000 0.0000 [0.0000, 0.0000] 41.0000 0.1700 3.0',
    'the mean of the airport 26.0000 -1.9000 [-2.2000, -1.6000]',
  ]);
});

test('without any capacity there is no table to look for', async () => {
  const { trained, printed } = await ended({ outcome: 'NoCapacity', reason: 'run Train again later' }, {});
  expect(trained).toEqual({ outcome: 'NoCapacity', reason: 'run Train again later', table: undefined });
  expect(printed).toEqual(['NoCapacity: run Train again later']);
  expect(s3.calls()).toEqual([]);
});
