import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { type capture as warm, captureRecord, MAX_RECORD_BYTES } from '../../lambda/serving/predict/capture';
import { validate } from '../../lambda/serving/predict/validate';
import { columnWith, targetOf } from '../../lib/shared/dataset';
import { dataset } from '../../lib/shared/declared';

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
  const instance = Object.fromEntries(
    dataset.features.columns.map((column) => {
      if (column.type === 'string') return [column.name, longestText(column)];
      if (column.type === 'int') return [column.name, column.max];
      return [column.name, column.type === 'double' ? longestNumber(column) : `${dataset.since}T13:15:00Z`];
    }),
  );
  const instances = Array.from({ length: 500 }, () => instance);
  expect(validate({ instances }, 500)).toHaveProperty('instances');
  const predictions = instances.map((row) => ({
    [columnWith(dataset, 'id')]: row[columnWith(dataset, 'id')],
    score: 1.234567890123456e-10,
    [targetOf(dataset)]: false,
  }));
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

/** The longest of some texts that the column allows. */
const longestText = ({ pattern }: { pattern?: string }): string =>
  fc
    .sample(pattern === undefined ? fc.string({ maxLength: 64 }) : fc.stringMatching(new RegExp(pattern)), {
      seed: 1,
      numRuns: 200,
    })
    .reduce((longest, text) => (text.length > longest.length ? text : longest));

/** 16 significant digits within the column's range: the longest that JSON writes. */
const longestNumber = ({ max }: { max?: number }): number =>
  max === undefined ? 1.234567890123456e-10 : max - max * 1.234567890123456e-3;

describe('a stream', () => {
  const exchange = { input: '{}', output: '{}', eventDay: '2013-09-01' };
  const lines: string[] = [];
  let server: Server;
  let capture: typeof warm;
  let firehose: FirehoseClient;

  /** Answers as `onPut` says, to a handler whose environment is new. */
  const listen = async (onPut: (request: IncomingMessage, response: ServerResponse) => void) => {
    server = createServer(onPut).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    firehose = new FirehoseClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    });
  };
  const timed = async (deadline = Date.now() + 20_000) => {
    const started = Date.now();
    await capture(firehose, 'captured', 'mlkit', exchange, deadline);
    return Date.now() - started;
  };
  const answer = (_: IncomingMessage, response: ServerResponse) =>
    response.setHeader('Content-Type', 'application/x-amz-json-1.1').end('{"RecordId":"1"}');

  beforeEach(() => {
    lines.length = 0;
    jest.isolateModules(() => {
      ({ capture } = require('../../lambda/serving/predict/capture') as { capture: typeof warm });
    });
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    server.close();
  });

  test('that does not answer costs the first prediction 2.5 s, the others 300 ms, and a count each', async () => {
    await listen(() => undefined);
    const [first, second] = [await timed(), await timed()];
    expect(first).toBeGreaterThanOrEqual(2450);
    expect(second).toBeGreaterThanOrEqual(290);
    expect(second).toBeLessThan(1500);
    expect(lines.map((line) => JSON.parse(line).CaptureFailures)).toEqual([1, 1]);
  });

  test('that does not answer costs no more than the time that is left', async () => {
    await listen(() => undefined);
    expect(await timed(Date.now() + 600)).toBeLessThan(1500);
  });

  test('that answers the first put of an environment after a second loses nothing', async () => {
    await listen((request, response) => void setTimeout(() => answer(request, response), 1000));
    await timed();
    expect(lines).toEqual([]);
  });

  test('that closed a connection meanwhile is asked once more', async () => {
    await listen(answer);
    const send = jest.spyOn(firehose, 'send') as jest.SpyInstance;
    send.mockRejectedValueOnce(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    await timed();
    expect([send.mock.calls.length, lines]).toEqual([2, []]);
  });
});
