import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Recording } from '../../scripts/operate/recording';
import { merged, redact, shape } from '../../scripts/operate/redact';
import { page } from '../../scripts/operate/witness-page';

const ACCOUNT = '123456789012';
const of = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const lower = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** What names an account, and what must not be seen of it. */
const secrets = fc.oneof(
  of('0123456789', 12).map((account) => [account, account]),
  of('0123456789', 12).map((a) => [
    `${a.slice(0, 4)}-${a.slice(4, 8)}-${a.slice(8)}`,
    a.slice(0, 4) + '-' + a.slice(4, 8),
  ]),
  fc
    .tuple(fc.constantFrom('aws', 'aws-cn', 'aws-us-gov'), of('0123456789', 12), of(lower, 3, 20))
    .map(([partition, account, name]) => [`arn:${partition}:iam::${account}:role/${name}`, `arn:${partition}`]),
  fc.tuple(fc.constantFrom('AKIA', 'ASIA', 'AROA', 'AIDA'), of(upper, 16)).map((id) => [id.join(''), id.join('')]),
  of(`${lower}${upper}/+`, 40).map((key) => [key, key]),
  fc
    .tuple(of(lower, 3, 12), fc.constantFrom('amazonaws.com', 'amazonaws.com.cn', 'api.aws'))
    .map(([name, domain]) => [`${name}.execute-api.us-east-1.${domain}`, domain]),
  fc.tuple(of(lower, 3, 12), of(lower, 3, 12)).map(([bucket, key]) => [`s3://${bucket}/${key}`, `s3://${bucket}`]),
  fc.ipV4().map((host) => [`http://${host}:4566`, host]),
  fc.ipV4().map((host) => [host, host]),
  fc
    .tuple(of('0123456789ABCDEF', 8), of('abcdefghijklmnopqrstuvwxyz', 12))
    .map(([hash, drawn]) => [`raw${hash.toLowerCase()}-${drawn}`, drawn]),
) as fc.Arbitrary<[string, string]>;

test('no account, ARN, key, host or bucket survives, whatever stands around it', () => {
  fc.assert(
    fc.property(fc.string(), secrets, fc.string(), (before, [secret, unseen], after) => {
      const shown = redact(`${before}${secret}${after}`);
      // What stands around it may be the same characters.
      fc.pre(!`${before} ${after}`.includes(unseen));
      expect(shown).not.toContain(unseen);
    }),
  );
});

test('a redacted text stays one', () => {
  const texts = fc
    .array(
      fc.oneof(
        fc.string(),
        secrets.map(([secret]) => secret),
      ),
    )
    .map((parts) => parts.join(' '));
  fc.assert(fc.property(texts, (text) => expect(redact(redact(text))).toBe(redact(text))));
});

test.each([
  [
    'User: arn:aws:sts::123456789012:assumed-role/me/session is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::raw/a b"',
    'User: <arn> is not authorized to perform: s3:GetObject on resource: "<arn> b"',
  ],
  ["You can't override the metric definitions for Amazon SageMaker algorithms.", undefined],
  ['Stack with id mlkit-etl does not exist', undefined],
  ['train.py: the file features/month=2013-01 has no column tailnum at 2026-11-26T10:00:00.000Z', undefined],
  [
    'Could not connect to sts.amazonaws.com, proxy.example.com:80, 10.0.0.1:443 or localhost:4566',
    'Could not connect to <host>, <host>, <host> or <host>',
  ],
])('%s', (text, shown = text) => {
  expect(redact(text)).toBe(shown);
});

test('a bucket that was asked for is a name that nobody sees', () => {
  expect(redact('The bucket lake-of-me does not exist', ['lake-of-me'])).toBe('The bucket <name> does not exist');
});

test('a request tells its members alone, an answer what became of it', () => {
  const request = { Bucket: 'lake', Tags: [{ Key: 'a' }, { Value: 1 }], Input: { [`arn:aws:s3:::${ACCOUNT}`]: true } };
  expect(shape(request)).toEqual({
    Bucket: 'string',
    'Tags[].Key': 'string',
    'Tags[].Value': 'number',
    'Input.<arn>': 'boolean',
  });
  const answer = {
    Stacks: [{ StackStatus: 'CREATE_COMPLETE' }, { StackStatus: 'ROLLBACK', StackId: 'id' }],
    cause: JSON.stringify({ FailureReason: `no role in ${ACCOUNT}`, Size: 3 }),
    at: new Date(0),
    Body: Buffer.from('secret'),
  };
  expect(shape(answer, redact)).toEqual({
    'Stacks[].StackStatus': 'CREATE_COMPLETE or ROLLBACK',
    'Stacks[].StackId': 'string',
    'cause.FailureReason': 'no role in <number>',
    'cause.Size': 'number',
    at: 'date',
    Body: 'bytes',
  });
  expect(merged({ a: 'RUNNING' }, { a: 'SUCCEEDED', b: 'string' })).toEqual({ a: 'RUNNING or SUCCEEDED', b: 'string' });
});

describe('recording', () => {
  let server: Server;
  let aws: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  const executionArn = `arn:aws:states:us-east-1:${ACCOUNT}:execution:Train:one`;
  const history = [
    {
      taskScheduledEventDetails: {
        resourceType: 'sagemaker',
        resource: 'createTrainingJob.sync',
        parameters: JSON.stringify({ TrainingJobName: 'one', MetricDefinitions: [{ Name: 'auc' }] }),
      },
    },
    {
      taskFailedEventDetails: {
        resourceType: 'sagemaker',
        resource: 'createTrainingJob.sync',
        error: 'SageMaker.AmazonSageMakerException',
        cause: `Could not assume role arn:aws:iam::${ACCOUNT}:role/train`,
      },
    },
  ].map((details, id) => ({ id, type: 'Task', timestamp: 0, ...details }));

  beforeAll(async () => {
    server = createServer((request, response) => {
      const target = String(request.headers['x-amz-target']);
      const answers: Record<string, object> = {
        'AWSStepFunctions.DescribeExecution': {
          executionArn,
          stateMachineArn: executionArn,
          status: 'FAILED',
          startDate: 0,
        },
        'AWSStepFunctions.GetExecutionHistory': { events: history },
      };
      const known = answers[target];
      const refusal = `<Error><Code>NoSuchBucket</Code><Message>The bucket lake-of-me does not exist</Message></Error>`;
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(known ? JSON.stringify(known) : refusal);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    aws = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  });
  afterAll(() => server.close());

  test('has each call of every client once, and what the state machines asked for', async () => {
    const recording = new Recording();
    const recorded = { ...aws, logger: recording.logger };
    const [s3, sfn] = [new S3Client({ ...recorded, forcePathStyle: true }), new SFNClient(recorded)];
    await expect(s3.send(new GetObjectCommand({ Bucket: 'lake-of-me', Key: 'secret' }))).rejects.toThrow();
    for (const _ of [1, 2]) await sfn.send(new DescribeExecutionCommand({ executionArn }));
    const calls = await recording.take(aws);
    expect(calls).toMatchObject([
      {
        call: 'S3.GetObject',
        request: { Bucket: 'string', Key: 'string' },
        error: 'NoSuchBucket',
        answer: { '': 'The bucket <name> does not exist' },
      },
      { call: 'SFN.DescribeExecution', times: 2, answer: { status: 'FAILED' } },
      {
        call: 'sagemaker:createTrainingJob.sync',
        request: { TrainingJobName: 'string', 'MetricDefinitions[].Name': 'string' },
        error: 'SageMaker.AmazonSageMakerException',
        answer: { '': 'Could not assume role <arn>' },
      },
    ]);
    expect(await recording.take(aws)).toEqual([]);
    const steps = [{ name: 'train', outcome: 'failed' as const, seconds: 3, said: ['no role'], calls }];
    const about = { startedAt: '2026-11-26T10:00:00Z', commit: 'abc', region: 'us-east-1', profile: 'sandbox' };
    const text = page({ ...about, steps, unknowns: [{ name: 'slash', question: 'whether a|b', answer: null }] });
    expect(text).toContain('## train: failed in 3 s\n\n```\nno role\n```');
    expect(text).toContain('| whether a\\|b (`slash`) | not tested by these commands |');
    expect(text).toContain(
      '| 1 | S3.GetObject | Bucket, Key | **NoSuchBucket**: The bucket <name> does not exist |\n' +
        '| 2 | SFN.DescribeExecution | executionArn | status: FAILED |',
    );
    expect(text).not.toMatch(/\d{12}|arn:|127\.0|lake-of-me/);
  });
});
