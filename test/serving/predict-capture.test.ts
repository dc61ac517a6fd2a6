import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { capture, captureRecord, MAX_RECORD_BYTES } from '../../lambda/serving/predict/capture';
import { validate } from '../../lambda/serving/predict/validate';
import dataset from '../../schema/dataset.json';

const at = new Date('2026-11-23T10:11:12.345Z');

test('a record is one line of the data-capture format', () => {
  const record = captureRecord(
    { input: '{"instances":[]}', output: '{"predictions":[]}', eventDay: '2013-09-01' },
    'an-id',
    at,
  );
  expect(record.indexOf('\n')).toBe(record.length - 1);
  expect(JSON.parse(record)).toEqual({
    captureData: {
      endpointInput: {
        observedContentType: 'application/json',
        mode: 'INPUT',
        data: '{"instances":[]}',
        encoding: 'JSON',
      },
      endpointOutput: {
        observedContentType: 'application/json',
        mode: 'OUTPUT',
        data: '{"predictions":[]}',
        encoding: 'JSON',
      },
    },
    eventMetadata: {
      eventId: 'an-id',
      customAttributes: ['event-day=2013-09-01'],
      inferenceTime: '2026-11-23T10:11:12Z',
    },
    eventVersion: '0',
  });
});

test('the largest request that the schema allows fits into one Firehose record', () => {
  const text: Record<string, string> = {
    flight_key: 'UA-1545-EWR-20130901T1315',
    carrier: 'UA',
    origin: 'EWR',
    dest: 'IAH',
  };
  const instance = Object.fromEntries(
    dataset.features.columns.map((column) => {
      if (column.type === 'string') return [column.name, text[column.name]];
      if (column.type === 'int') return [column.name, column.max];
      return [column.name, column.type === 'double' ? longestNumber(column) : '2013-09-01T13:15:00Z'];
    }),
  );
  const instances = Array.from({ length: 500 }, () => instance);
  expect(validate({ instances }, 500)).toHaveProperty('instances');
  const predictions = instances.map(({ flight_key }) => ({ flight_key, score: 1.234567890123456e-10, late: false }));
  const record = captureRecord(
    {
      input: JSON.stringify({ instances }),
      output: JSON.stringify({ model: '0123456789abcdef', predictions }),
      eventDay: '2013-09-01',
    },
    '3f1c2b9e-3f1c-3f1c-3f1c-3f1c2b9e3f1c',
    at,
  );
  expect(Buffer.byteLength(record)).toBeLessThan(MAX_RECORD_BYTES * 0.7);
});

/** 16 significant digits within the column's range: the longest that JSON writes. */
const longestNumber = ({ max }: { max?: number }): number =>
  max === undefined ? 1.234567890123456e-10 : max - max * 1.234567890123456e-3;

test('a stream that does not answer costs 300 ms and a count', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const firehose = new FirehoseClient({
    endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  try {
    const started = Date.now();
    await capture(firehose, 'captured', 'mlkit', { input: '{}', output: '{}', eventDay: '2013-09-01' });
    expect(Date.now() - started).toBeGreaterThanOrEqual(290);
    expect(Date.now() - started).toBeLessThan(1500);
  } finally {
    write.mockRestore();
    silent.closeAllConnections();
    silent.close();
  }
  expect(lines.map((line) => JSON.parse(line).CaptureFailures)).toEqual([1]);
});
