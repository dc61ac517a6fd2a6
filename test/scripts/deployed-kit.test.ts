import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { stacksOf } from '../../lib/rooms';
import { defaultDataset } from '../../lib/shared/datasets';
import { names } from '../../lib/shared/names';
import { machineOutput } from '../../lib/shared/room';
import { apiUrl, discoverKit } from '../../scripts/operate/deployed-kit';
import { SignedApi } from '../../scripts/operate/signed-api';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const cloudFormation = mockClient(CloudFormationClient);

/** Every stack with its outputs; the value of an output is `<stack>/<output>`. */
function deploy(without?: string) {
  cloudFormation.reset();
  cloudFormation.on(DescribeStacksCommand).callsFake(async ({ StackName }: { StackName: string }) => {
    const { room } = stacksOf().find(({ stack }) => names.stack('mlkit', stack) === StackName)!;
    if (room.name === without)
      throw Object.assign(new Error(`Stack with id ${StackName} does not exist`), { name: 'ValidationError' });
    const Outputs = [...Object.values(room.outputs ?? {}), ...(room.machines ?? []).map(machineOutput)]
      .filter((key) => key !== without)
      .map((OutputKey) => ({
        OutputKey,
        OutputValue: OutputKey === 'DatasetName' ? defaultDataset : `${StackName}/${OutputKey}`,
      }));
    return { Stacks: [{ StackName, Outputs }] };
  });
}

describe('a deployed kit', () => {
  const aws = { region: 'eu-central-1', credentials };

  test('is found through the outputs of its stacks', async () => {
    deploy();
    const kit = await discoverKit('mlkit', aws);
    expect(kit.dataset.name).toBe(defaultDataset);
    expect(kit.buckets.raw).toBe('mlkit-data-lake/RawBucketName');
    expect(kit.machines).toEqual({
      prepare: 'mlkit-etl/PrepareMachineArn',
      analyze: 'mlkit-ai-services/AnalyzeMachineArn',
      train: 'mlkit-training/TrainMachineArn',
      release: 'mlkit-serving/ReleaseMachineArn',
      monitor: 'mlkit-monitoring/MonitorMachineArn',
    });
    expect(kit.stateTable).toBe('mlkit-retraining/StateTableName');
    expect(kit.api.url.href).toBe(
      'https://mlkit-serving/ApiId.execute-api.eu-central-1.amazonaws.com/mlkit-serving/ApiStage/',
    );
  });

  test('that is not deployed says which stack is missing and what to do', async () => {
    deploy('serving');
    await expect(discoverKit('mlkit', aws)).rejects.toThrow(
      'stack mlkit-serving is not deployed in eu-central-1: deploy it with `npm run kit -- up`',
    );
  });

  test('of another version says which output is missing', async () => {
    deploy('StateTableName');
    await expect(discoverKit('mlkit', aws)).rejects.toThrow('stack mlkit-retraining has no output StateTableName');
  });
});

test('the API of an emulator is reached through its own path', () => {
  expect(apiUrl('abc', 'v1', 'us-east-1', 'http://127.0.0.1:4566/').href).toBe(
    'http://127.0.0.1:4566/restapis/abc/v1/_user_request_/',
  );
  expect(apiUrl('abc', 'v1', 'us-east-1', undefined).href).toBe('https://abc.execute-api.us-east-1.amazonaws.com/v1/');
});

describe('a call of the API', () => {
  let server: Server;
  let seen: { request: IncomingMessage; body: string };
  let reply = { status: 200, body: '{"predictions":[]}' };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request
        .on('data', (chunk) => (body += chunk))
        .on('end', () => {
          seen = { request, body };
          response.writeHead(reply.status).end(reply.body);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  const api = () =>
    new SignedApi(
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`),
      'us-east-1',
      async () => credentials,
    );

  test('is signed for execute-api, body and host included', async () => {
    await expect(api().post('predictions', { instances: [] })).resolves.toMatchObject({
      status: 200,
      body: { predictions: [] },
    });
    expect(seen.body).toBe('{"instances":[]}');
    expect(seen.request.url).toBe('/v1/predictions');
    expect(seen.request.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/execute-api\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    );
    expect(seen.request.headers['x-amz-security-token']).toBe('session');
    expect(seen.request.headers.authorization).toContain(`Signature=${signature(seen)}`);
  });

  test('gives the status and the parsed answer, or the text where it is no JSON', async () => {
    reply = { status: 429, body: '{"message":"slow down"}' };
    await expect(api().post('predictions', {})).resolves.toMatchObject({ status: 429, body: { message: 'slow down' } });
    reply = { status: 502, body: '<html>' };
    await expect(api().post('predictions', {})).resolves.toMatchObject({ status: 502, body: '<html>' });
  });
});

/** Signature Version 4 by its specification, over what the server received. */
function signature({ request, body }: { request: IncomingMessage; body: string }): string {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const signed = ['content-type', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'];
  const headers = signed.map((name) => `${name}:${request.headers[name] as string}\n`).join('');
  const canonical = [request.method, request.url, '', headers, signed.join(';'), sha256(body)].join('\n');
  const time = request.headers['x-amz-date'] as string;
  const scope = [time.slice(0, 8), 'us-east-1', 'execute-api', 'aws4_request'];
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  return hmac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n')).toString('hex');
}
