import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../shared/json';
import { kit, only, resources, statements, template } from '../shared/kit';

const room = 'ai-services';
const app = () => kit('sandbox', { rooms: [room] });

test('the room is there where it is named, and leaves no trace elsewhere', () => {
  expect(Object.keys(resources(room, 'AWS::ApiGateway::RestApi', app()))).toHaveLength(1);
  expect(() => resources(room, 'AWS::ApiGateway::RestApi')).toThrow();
  for (const other of ['foundation', 'data-lake', 'serving'] as const)
    expect(template(other, app())).toEqual(template(other));
});

const methods = () => Object.values(resources(room, 'AWS::ApiGateway::Method', app()));

test('every method is signed, validated and throttled', () => {
  expect(methods()).toHaveLength(3);
  for (const { Properties } of methods())
    expect(Properties).toMatchObject({
      HttpMethod: 'POST',
      AuthorizationType: 'AWS_IAM',
      RequestModels: { 'application/json': expect.anything() },
      RequestValidatorId: expect.anything(),
    });
  expect(only(room, 'AWS::ApiGateway::Stage', app()).Properties.MethodSettings[0]).toMatchObject({
    DataTraceEnabled: false,
    ThrottlingRateLimit: 5,
    ThrottlingBurstLimit: 10,
  });
});

test('no request model has a rule by which the validator would repeat, and log, what a person wrote', () => {
  const models = Object.values(resources(room, 'AWS::ApiGateway::Model', app())).map(
    ({ Properties }) => Properties.Schema,
  );
  expect(models.map(({ title }) => title).sort()).toEqual(['Image', 'Speech', 'Text']);
  for (const { properties } of models)
    for (const field of ['text', 'ssml', 'bytes', 'key'].filter((name) => name in properties))
      expect(properties[field]).toEqual({ type: 'string' });
});

const actions = (of: RegExp) =>
  statements(room, app())
    .filter(({ id }) => of.test(id))
    .flatMap(({ statement }) => [statement.Action].flat() as string[])
    .filter((action) => !/^(xray|kms):/.test(action))
    .sort();

test.each([
  [/^AnalyzeText/, /^comprehend:Detect/, 5],
  [/^AnalyzeImage/, /^rekognition:Detect/, 3],
  [/^SynthesizeSpeech/, /^polly:SynthesizeSpeech$/, 1],
  [/^AnalyzeDocuments/, /^comprehend:BatchDetect/, 2],
])('%s may call its operations, read and write its folders, and nothing else', (of, service, count) => {
  const all = actions(of);
  expect(all.filter((action) => service.test(action))).toHaveLength(count);
  expect(all.filter((action) => !service.test(action) && !/^s3:(Get|List|Put|Abort)/.test(action))).toEqual([]);
});

test('the machine lists documents alone, and starts executions of itself alone', () => {
  const [list] = statements(room, app()).filter(({ statement }) => statement.Action === 's3:ListBucket');
  expect(list?.statement.Condition).toEqual({ StringLike: { 's3:prefix': 'documents/*' } });
  const [start] = statements(room, app()).filter(({ statement }) => statement.Action === 'states:StartExecution');
  expect(start?.statement.Resource).toEqual({ Ref: expect.stringMatching(/^AnalyzeMachine/) });
});

test('the stack waits for the one that sets the logging role of the account, and sets none of its own', () => {
  const manifest = JSON.parse(readFileSync(join(app(), 'manifest.json'), 'utf8')) as Json;
  expect(manifest.artifacts.AiServices.dependencies).toContain('Serving');
  expect(resources(room, 'AWS::ApiGateway::Account', app())).toEqual({});
});

test('answers are encrypted with the key of the kit and expire', () => {
  const { BucketEncryption, LifecycleConfiguration } = only(room, 'AWS::S3::Bucket', app()).Properties;
  const [rule] = BucketEncryption.ServerSideEncryptionConfiguration;
  expect(rule.ServerSideEncryptionByDefault).toMatchObject({
    SSEAlgorithm: 'aws:kms',
    KMSMasterKeyID: expect.anything(),
  });
  expect(LifecycleConfiguration.Rules[0].ExpirationInDays).toBe(30);
});

test('an opt-in room has two alarm metrics at most', () => {
  expect(Object.keys(resources(room, 'AWS::CloudWatch::Alarm', app()))).toHaveLength(2);
});
