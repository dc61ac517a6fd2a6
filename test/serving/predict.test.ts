import * as firehoseSdk from '@aws-sdk/client-firehose';
import { PutRecordCommand } from '@aws-sdk/client-firehose';
import * as runtimeSdk from '@aws-sdk/client-sagemaker-runtime';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { row } from './predict-instances';

jest.mock('#dataset', () => ({
  __esModule: true,
  default: jest.requireActual<typeof import('../support/records')>('../support/records').records,
}));

const runtime = mockClient(runtimeSdk.SageMakerRuntimeClient);
const firehose = mockClient(firehoseSdk.FirehoseClient);

const output = JSON.stringify({
  model: '0123456789abcdef',
  predictions: [{ record_key: row.record_key, score: 0.31, late: true }],
});
const endpointAnswer = (text: string) => ({
  Body: Object.assign(Buffer.from(text), { transformToString: () => text }) as never,
  ContentType: 'application/json',
});
const failure = (name: string, message = name) => Object.assign(new Error(message), { name });

let lines: string[];
let handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** A fresh module, as a cold start would load it, over the mocked clients. */
function load(captureStream?: string) {
  process.env = {
    ...process.env,
    KIT: 'mlkit',
    ENDPOINT_NAME: 'mlkit',
    MAX_INSTANCES: '500',
  };
  if (captureStream === undefined) delete process.env.CAPTURE_STREAM;
  else process.env.CAPTURE_STREAM = captureStream;
  jest.isolateModules(() => {
    jest.doMock('@aws-sdk/client-firehose', () => firehoseSdk);
    jest.doMock('@aws-sdk/client-sagemaker-runtime', () => runtimeSdk);
    ({ handler } = require('../../lambda/serving/predict') as typeof import('../../lambda/serving/predict'));
  });
}

async function predict(body: unknown, { remaining = 29_000, base64 = false } = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const event = {
    body: base64 ? Buffer.from(text).toString('base64') : text,
    isBase64Encoded: base64,
  } as APIGatewayProxyEvent;
  const { statusCode, body: answered } = await handler(event, { getRemainingTimeInMillis: () => remaining } as Context);
  return { statusCode, body: JSON.parse(answered) };
}

beforeEach(() => {
  for (const mock of [runtime, firehose]) mock.reset();
  runtime.on(InvokeEndpointCommand).resolves(endpointAnswer(output));
  firehose.on(PutRecordCommand).resolves({ RecordId: 'x' });
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  jest.spyOn(Math, 'random').mockReturnValue(0.01);
  load('captured');
});

afterEach(() => jest.restoreAllMocks());

test('a request of one instance is captured under its key, by which labels are joined', async () => {
  load();
  await predict({ instances: [row] });
  await predict({ instances: [row, row] });
  expect(runtime.commandCalls(InvokeEndpointCommand).map(({ args }) => args[0].input.InferenceId)).toEqual([
    row.record_key,
    undefined,
  ]);
});

test("columns reach the endpoint in the schema's order, whatever the client's", async () => {
  load();
  await predict({ instances: [Object.fromEntries(Object.entries(row).reverse())] });
  const sent = JSON.parse(runtime.commandCalls(InvokeEndpointCommand)[0]!.args[0].input.Body as string);
  expect(Object.keys(sent.instances[0]).slice(0, 3)).toEqual(['record_key', 'happened_at', 'region']);
});

test('a prediction comes back with the identity of the model that made it, and its exchange goes to the stream as one line', async () => {
  expect(await predict({ instances: [row] })).toEqual({
    statusCode: 200,
    body: { model: '0123456789abcdef', predictions: [{ record_key: row.record_key, score: 0.31, late: true }] },
  });
  const call = runtime.commandCalls(InvokeEndpointCommand)[0]!.args[0].input;
  expect(call).toMatchObject({
    EndpointName: 'mlkit',
    ContentType: 'application/json',
    CustomAttributes: 'event-day=2013-09-01',
  });
  expect(JSON.parse(String(call.Body))).toEqual({ instances: [row] });
  const [put] = firehose.commandCalls(PutRecordCommand);
  expect(put!.args[0].input.DeliveryStreamName).toBe('captured');
  const record = Buffer.from(put!.args[0].input.Record!.Data!).toString();
  expect(record.endsWith('\n')).toBe(true);
  expect(JSON.parse(record).captureData.endpointOutput.data).toBe(output);
  expect(lines).toEqual([]);
});

test('without an endpoint: 503 with the commands that make one', async () => {
  runtime
    .on(InvokeEndpointCommand)
    .rejects(failure('ValidationError', 'Endpoint mlkit of account 123456789012 not found.'));
  const answered = await predict({ instances: [row] });
  expect(answered.statusCode).toBe(503);
  expect(answered.body.message).toMatch(
    /^no model serves: .*`npm run kit -- train`.*`npm run kit -- release <version>`$/,
  );
});

test.each(['ThrottlingException', 'ServiceUnavailable', 'ModelNotReadyException'])(
  '%s is tried again',
  async (name) => {
    runtime
      .on(InvokeEndpointCommand)
      .rejectsOnce(failure(name))
      .rejectsOnce(failure(name))
      .resolves(endpointAnswer(output));
    expect((await predict({ instances: [row] })).statusCode).toBe(200);
    expect(runtime.calls()).toHaveLength(3);
  },
);

test.each([
  ['ThrottlingException', 429],
  ['ModelNotReadyException', 503],
])('%s until the time is over ends with %i', async (name, statusCode) => {
  runtime.on(InvokeEndpointCommand).rejects(failure(name));
  const answered = await predict({ instances: [row] }, { remaining: 1100 });
  expect(answered).toMatchObject({
    statusCode,
    body: { message: expect.stringContaining('try again in a few seconds') },
  });
});

test('an endpoint that does not answer is given up while API Gateway still listens', async () => {
  runtime.on(InvokeEndpointCommand).rejects(failure('AbortError'));
  expect(await predict({ instances: [row] })).toMatchObject({
    statusCode: 504,
    body: { message: expect.stringContaining('fewer instances') },
  });
});

test('an error of the model itself is not tried again', async () => {
  runtime.on(InvokeEndpointCommand).rejects(failure('ModelError', 'KeyError: size'));
  expect(await predict({ instances: [row] })).toMatchObject({
    statusCode: 502,
    body: { message: expect.stringContaining('KeyError: size') },
  });
  expect(runtime.calls()).toHaveLength(1);
});

test('a missing permission is an error of the kit, not an answer', async () => {
  runtime.on(InvokeEndpointCommand).rejects(failure('AccessDeniedException'));
  await expect(predict({ instances: [row] })).rejects.toThrow('AccessDeniedException');
});

test('a refused request reaches neither endpoint nor stream', async () => {
  const answered = await predict({ instances: [{ ...row, temp: 999 }] });
  expect(answered).toMatchObject({
    statusCode: 400,
    body: { count: 1, errors: [{ instance: 0, column: 'temp', value: 999 }] },
  });
  expect(runtime.calls()).toHaveLength(0);
  expect(firehose.calls()).toHaveLength(0);
});

test('a body that is not JSON is refused with a sentence', async () => {
  expect(await predict('{"instances":')).toMatchObject({
    statusCode: 400,
    body: { message: expect.stringContaining('not JSON') },
  });
});

test('a byte order mark before the body is read over', async () => {
  expect(await predict(`\uFEFF${JSON.stringify({ instances: [row] })}`)).toMatchObject({ statusCode: 200 });
});

test('a value that is nested too deeply to be written is refused as any other', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const shown = 'a value that is nested too deeply';
  const body = JSON.stringify({ instances: [{ ...row, hour: 'deep' }] }).replace('"deep"', deep);
  expect(await predict(body)).toMatchObject({ statusCode: 400, body: { errors: [{ column: 'hour', value: shown }] } });
  expect(await predict(deep)).toMatchObject({ statusCode: 400, body: { message: expect.stringContaining(shown) } });
});

test('a client that sends what stands for such a number inside the function is refused as with any other object', async () => {
  const hour = { 'number beyond a double': { toString: false } };
  expect(await predict(JSON.stringify({ instances: [{ ...row, hour }] }))).toMatchObject({
    statusCode: 400,
    body: { errors: [{ column: 'hour', value: hour }] },
  });
});

test.each(['1e400', '-1e999', `1${'0'.repeat(400)}`, `${'9'.repeat(299)}e10`])(
  'a number that no double holds is refused as it was written: %s',
  async (number) => {
    const body = JSON.stringify({ instances: [{ ...row, temp: 'here', place: 'x' }] });
    const { statusCode, body: answered } = await predict(body.replace('"here"', number));
    expect(statusCode).toBe(400);
    expect(answered.errors).toMatchObject([
      { column: 'place', value: 'x' },
      {
        column: 'temp',
        value: number.length > 100 ? expect.stringContaining(number.slice(0, 90)) : number,
        rule: 'must be a number from -40 up to 130 (degF)',
      },
    ]);
  },
);

test('digits and exponents inside a text are left alone', async () => {
  const answered = await predict({ instances: [{ ...row, place: '1e400 \\"1e400' }] });
  expect(answered.body.errors).toMatchObject([{ column: 'place', value: '1e400 \\"1e400' }]);
});

test('a base64 body is read', async () => {
  expect((await predict({ instances: [row] }, { base64: true })).statusCode).toBe(200);
});

describe('capture', () => {
  test('that fails is counted as a metric and never fails the request', async () => {
    firehose.on(PutRecordCommand).rejects(failure('ServiceUnavailableException', 'slow down'));
    expect((await predict({ instances: [row] })).statusCode).toBe(200);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      CaptureFailures: 1,
      Kit: 'mlkit',
      reason: 'ServiceUnavailableException: slow down',
      _aws: {
        CloudWatchMetrics: [
          { Namespace: 'MlLifecycleKit', Dimensions: [['Kit']], Metrics: [{ Name: 'CaptureFailures', Unit: 'Count' }] },
        ],
      },
    });
  });

  test('is left to the endpoint where no stream is configured', async () => {
    load();
    expect((await predict({ instances: [row] })).statusCode).toBe(200);
    expect(firehose.calls()).toHaveLength(0);
  });
});
