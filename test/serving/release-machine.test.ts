import { definition } from '../shared/kit';
import { calledWith, object, walk, type Answer } from '../shared/walk';
import type { Json } from '../shared/json';

const arn = (version: number) => `arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/${version}`;
const stack = (status: string, serves = arn(1)) => ({
  result: {
    Stacks: [
      {
        StackStatus: status,
        CreationTime: '2026-11-01T00:00:00.000Z',
        Parameters: [{ ParameterKey: 'ModelPackageArn', ParameterValue: serves }],
      },
    ],
  },
});
const refused = (cause: string): Answer => ({ error: 'CloudFormation.CloudFormationException', cause });
const smoke = { request: { instances: [{ a: 1 }] }, expectedScores: [0.25, 0.5], tolerance: 1e-5 };
const predicted = (...scores: number[]) => ({
  result: { Body: JSON.stringify({ predictions: scores.map((score) => ({ score })) }) },
});

const healthy: Record<string, Answer[]> = {
  DescribePackage: [
    {
      result: {
        ModelApprovalStatus: 'Approved',
        CustomerMetadataProperties: { smokeTest: 's3://<DataLake>/evaluations/run-0/smoke-test.json' },
      },
    },
  ],
  ReadChampion: [{ result: { Parameter: { Value: arn(1) } } }],
  DescribeStack: [stack('UPDATE_COMPLETE')],
  PollUpdate: [stack('UPDATE_IN_PROGRESS'), stack('UPDATE_COMPLETE')],
  PollPutBack: [stack('UPDATE_COMPLETE')],
  DescribeEndpoint: [{ result: { EndpointStatus: 'InService', EndpointConfigName: 'config-2' } }],
  DescribeConfig: [{ result: { ProductionVariants: [{ ModelName: 'model-2' }] } }],
  DescribeModel: [{ result: { Containers: [{ ModelPackageName: arn(2) }] } }],
  ReadSmokeTest: [object(smoke)],
  AskEndpoint: [predicted(0.250001, 0.5)],
};
const release = (over: Record<string, Answer[]> = {}, input: object = { modelPackageArn: arn(2), force: false }) => {
  const run = walk(definition('serving'), input, { ...structuredClone(healthy), ...over });
  // A lease that was taken must be returned once, whatever happened.
  const count = (prefix: string) => run.path.filter((state) => state.startsWith(prefix)).length;
  expect(count('ReturnLease')).toBe(count('TakeLease'));
  return run;
};

test('a new version is put in service by its parameter alone, proven, and becomes champion', () => {
  const run = release();
  expect(run.output).toEqual({ outcome: 'released', reason: expect.any(String), modelPackageArn: arn(2) });
  expect(calledWith(run, 'UpdateStack')).toMatchObject({
    StackName: 'mlkit-serving-model',
    UsePreviousTemplate: true,
    Parameters: [{ ParameterKey: 'ModelPackageArn', ParameterValue: arn(2) }],
  });
  expect(calledWith(run, 'WriteChampion')).toMatchObject({ Value: arn(2), Overwrite: true });
  expect(calledWith(run, 'TellOutcome').Entries[0]).toMatchObject({
    Source: 'mlkit.serving',
    Detail: { outcome: 'released', version: '2' },
  });
});

test('all other parameters keep their previous value', () => {
  const withTwo = stack('UPDATE_COMPLETE');
  withTwo.result.Stacks[0]?.Parameters.push({ ParameterKey: 'Other', ParameterValue: 'x' });
  expect(calledWith(release({ DescribeStack: [withTwo] }), 'UpdateStack').Parameters).toContainEqual({
    ParameterKey: 'Other',
    UsePreviousValue: true,
  });
});

test('the first release has no older version to compare with', () => {
  const run = release({
    ReadChampion: [{ result: { Parameter: { Value: 'none' } } }],
    DescribeStack: [stack('CREATE_COMPLETE', 'none')],
  });
  expect(run.output.outcome).toBe('released');
});

test('a version that serves already is skipped', () => {
  const run = release({
    ReadChampion: [{ result: { Parameter: { Value: arn(2) } } }],
    DescribeStack: [stack('UPDATE_COMPLETE', arn(2))],
  });
  expect(run.output).toMatchObject({ outcome: 'skipped', reason: expect.stringContaining('serves already') });
  expect(run.path).not.toContain('UpdateStack');
});

test('an older version is skipped, by number and not by text, unless forced', () => {
  const newer = {
    ReadChampion: [{ result: { Parameter: { Value: arn(10) } } }],
    DescribeStack: [stack('UPDATE_COMPLETE', arn(10))],
  };
  expect(release(newer).output).toMatchObject({ outcome: 'skipped', reason: expect.stringContaining('is newer') });
  expect(release(newer, { modelPackageArn: arn(2), force: true }).output.outcome).toBe('released');
});

test('a version that is not approved is refused before anything changes', () => {
  const run = release({
    DescribePackage: [
      { result: { ...(healthy.DescribePackage?.[0] as Json).result, ModelApprovalStatus: 'Rejected' } },
    ],
  });
  expect(run.error).toMatchObject({ Error: 'NotApproved' });
  expect(run.path).not.toContain('TakeLease');
});

test('a deployment in progress is waited for', () => {
  const run = release({ DescribeStack: [stack('UPDATE_IN_PROGRESS'), stack('UPDATE_COMPLETE')] });
  expect(run.path.filter((state) => state === 'WaitForStack')).toHaveLength(1);
  expect(run.output.outcome).toBe('released');
});

test('an update refused because another began is waited for; one refused otherwise fails loudly', () => {
  expect(
    release({ UpdateStack: [refused('Stack is in UPDATE_IN_PROGRESS state'), { result: {} }] }).output.outcome,
  ).toBe('released');
  const run = release({ UpdateStack: [refused('not authorized')] });
  expect(run.error).toEqual({ Error: 'UpdateRefused', Cause: 'not authorized' });
  expect(run.path).not.toContain('Reject');
});

test('"no updates" means that an earlier attempt did the update: the proof goes on', () => {
  const run = release({
    UpdateStack: [refused('No updates are to be performed.')],
    DescribeStack: [stack('UPDATE_COMPLETE', arn(2))],
  });
  expect(run.output.outcome).toBe('released');
  expect(run.path).not.toContain('WaitForUpdate');
});

/** Messages of SageMaker, CloudFormation and the registry of images, from reports of accounts and documentation. */
const ping =
  'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.';
const accountsFault = [
  "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 2 Instances. (Service: SageMaker, Status Code: 400, Error Code: ResourceLimitExceeded)",
  'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type or after some time.',
  'User: arn:aws:sts::123456789012:assumed-role/mlkit-serving-StackRole/AWSCloudFormation is not authorized to perform: sagemaker:CreateEndpoint on resource: e',
  'The role arn:aws:iam::123456789012:role/ModelRole is not authorized to perform: cloudwatch:DescribeAlarms on resource: arn:aws:cloudwatch:us-east-1:123456789012:alarm:mlkit/serving/endpoint-errors',
  'Rate exceeded (Service: SageMaker, Status Code: 400, Request ID: r)',
  'The repository of your image 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0 does not grant ecr:GetDownloadUrlForLayer, ecr:BatchGetImage, ecr:BatchCheckLayerAvailability permission to sagemaker.amazonaws.com service principal.',
  'Could not access model data at s3://artifacts/models/model.tar.gz. Please ensure that the role has s3:GetObject permissions and that the object is located in us-east-1.',
  'Specified alarm mlkit/serving/endpoint-errors does not exist.',
  'Resource handler returned message: "Exceeded attempts to wait"',
];
const modelsFault = [
  ping,
  'Unable to successfully stand up your model within the allotted 180 second timeout. Please ensure that downloading your model artifacts, starting your model container and passing the ping health checks can be completed within 180 seconds.',
  'Update rolled back: alarm mlkit/serving/endpoint-errors went to ALARM while the new fleet baked.',
];
const rolledBack = (reason: string) =>
  release({
    PollUpdate: [stack('UPDATE_ROLLBACK_COMPLETE')],
    ExplainUpdate: [{ result: { Payload: { reason: `Endpoint: ${reason}` } } }],
  });

test.each(modelsFault)('an update that was rolled back for the model rejects the package: %s', (reason) => {
  const run = rolledBack(reason);
  expect(run.output).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining(reason) });
  expect(run.path).not.toContain('PutBack');
  expect(calledWith(run, 'Reject')).toMatchObject({ ModelPackageArn: arn(2), ModelApprovalStatus: 'Rejected' });
});

test.each(accountsFault)('an update that was rolled back for the account leaves the package approved: %s', (reason) => {
  const run = rolledBack(reason);
  expect(run.error).toEqual({
    Error: 'NotReleased',
    Cause: `Endpoint: ${reason}. ${arn(1)} serves; ${arn(2)} is not to blame and stays approved: mend the cause, then npm run kit -- release 2`,
  });
  expect(run.path).not.toContain('Reject');
  expect(run.path.slice(-3)).toEqual(['ReturnLeaseAfterFailure', 'Alert', 'Failed']);
});

const endpoint = (over: Record<string, string>): Answer => ({
  result: { EndpointStatus: 'InService', EndpointConfigName: 'config-2', ...over },
});
const other: Answer = { result: { Containers: [{ ModelPackageName: arn(1) }] } };

test.each([
  [
    'an alarm kept the old model',
    { DescribeEndpoint: [endpoint({ FailureReason: modelsFault[2]! })], DescribeModel: [other] },
    'went to ALARM',
  ],
  ['the endpoint answers other scores', { AskEndpoint: [predicted(0.3, 0.5)] }, 'smoke test'],
  ['the endpoint answers fewer scores', { AskEndpoint: [predicted(0.25)] }, 'smoke test'],
  [
    'the container fails',
    { AskEndpoint: [{ error: 'SageMakerRuntime.ModelErrorException', cause: 'worker died' }] },
    'worker died',
  ],
])('%s: the champion is put back, the package rejected, people told', (_, over, reason) => {
  const run = release(over as Record<string, Answer[]>);
  expect(run.output).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining(reason) });
  expect(calledWith(run, 'PutBack').Parameters).toEqual([{ ParameterKey: 'ModelPackageArn', ParameterValue: arn(1) }]);
  expect(calledWith(run, 'TellPeople').Message).toContain(reason);
  expect(run.path).not.toContain('WriteChampion');
});

test('a reason of many lines becomes one, which is all that the description of a package takes', () => {
  const cause = 'Received server error (500) with message "<html>\n<h1>Internal Server Error</h1>\r\n</html>"';
  const run = release({ AskEndpoint: [{ error: 'SageMakerRuntime.ModelErrorException', cause }] });
  expect(calledWith(run, 'Reject').ApprovalDescription).toBe(
    'Release: smoke test: Received server error (500) with message "<html> <h1>Internal Server Error</h1> </html>"',
  );
});

test.each([
  ['the endpoint is not in service', { DescribeEndpoint: [endpoint({ EndpointStatus: 'Updating' })] }, 'is Updating'],
  ['SageMaker does not say why it kept the old model', { DescribeModel: [other] }, 'no reason'],
  ['the smoke test is missing', { ReadSmokeTest: [{ error: 'S3.NoSuchKeyException', cause: 'gone' }] }, 'gone'],
  [
    'the endpoint may not be asked',
    { AskEndpoint: [{ error: 'SageMakerRuntime.SageMakerRuntimeException', cause: 'not authorized' }] },
    'not authorized',
  ],
  [
    'a read is throttled',
    { DescribeConfig: [{ error: 'SageMaker.SageMakerException', cause: 'Rate exceeded' }] },
    'Rate exceeded',
  ],
])('%s: the champion is put back, and the package stays approved', (_, over, reason) => {
  const run = release(over as Record<string, Answer[]>);
  expect(run.error).toEqual({ Error: 'NotReleased', Cause: expect.stringContaining(reason) });
  expect(run.path).toContain('PutBack');
  expect(run.path).not.toContain('Reject');
});

test('a throttled update is waited for, forward and back', () => {
  const throttled = [refused('Rate exceeded (Service: CloudFormation)'), { result: {} }];
  expect(release({ UpdateStack: throttled }).output.outcome).toBe('released');
  const run = release({ AskEndpoint: [predicted(0.9, 0.9)], PutBack: throttled });
  expect(run.path).toContain('WaitToPutBack');
  expect(run.output.outcome).toBe('rejected');
});

test('a stack in review is not waited for: nobody may ever execute its change set', () => {
  const run = release({ DescribeStack: [stack('REVIEW_IN_PROGRESS')] });
  expect(run.error).toMatchObject({ Error: 'StackBroken', Cause: expect.stringContaining('npm run kit -- release 2') });
});

test('a cold endpoint has three minutes for certain', () => {
  const { Retry } = definition('serving').States.AskEndpoint;
  const [{ IntervalSeconds, MaxAttempts, BackoffRate, JitterStrategy }] = Retry;
  const pauses = Array.from({ length: MaxAttempts }, (_, n) => IntervalSeconds * BackoffRate ** n);
  expect(JitterStrategy).toBeUndefined();
  expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThanOrEqual(180);
});

test('a champion that cannot be put back is the loudest end', () => {
  const run = release({ AskEndpoint: [predicted(0.9, 0.9)], PollPutBack: [stack('UPDATE_ROLLBACK_FAILED')] });
  expect(run.error).toMatchObject({ Error: 'ChampionNotBack' });
  expect(run.path).toContain('Alert');
});

test('an error that nobody expected still gives the lease back before people are told', () => {
  const run = release({ DescribeStack: [{ error: 'CloudFormation.AccessDeniedException', cause: 'not authorized' }] });
  expect(run.error).toEqual({ Error: 'CloudFormation.AccessDeniedException', Cause: 'not authorized' });
  expect(run.path.slice(-3)).toEqual(['ReturnLeaseAfterFailure', 'Alert', 'Failed']);
});

test('a lease held by another is waited for', () => {
  const held: Answer = { error: 'DynamoDB.ConditionalCheckFailedException' };
  expect(release({ TakeLease: [held, held, { result: {} }] }).output.outcome).toBe('released');
});

describe('an expiry', () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const changed = (hours: number, serves = arn(1)) => {
    const described = stack('UPDATE_COMPLETE', serves);
    Object.assign(described.result.Stacks[0] ?? {}, { CreationTime: hoursAgo(99), LastUpdatedTime: hoursAgo(hours) });
    return { DescribeStack: [described] };
  };
  const none = { modelPackageArn: 'none', afterHours: 8 };

  test('takes away what has served unchanged for long enough, and says how it comes back', () => {
    const run = release(changed(9), none);
    expect(run.output).toMatchObject({
      outcome: 'expired',
      reason: expect.stringContaining('release 1'),
      modelPackageArn: 'none',
    });
    expect(calledWith(run, 'UpdateStack').Parameters).toEqual([
      { ParameterKey: 'ModelPackageArn', ParameterValue: 'none' },
    ]);
    expect(calledWith(run, 'WriteChampion')).toMatchObject({ Value: 'none' });
    expect(calledWith(run, 'TellOutcome').Entries[0]).toMatchObject({
      Detail: { outcome: 'expired', version: 'none' },
    });
    expect(run.path).not.toContain('DescribePackage');
    expect(run.path).not.toContain('AskEndpoint');
  });

  test.each([
    ['what serves is young', changed(7)],
    ['nothing serves', changed(9, 'none')],
  ])('changes nothing and tells nobody when %s', (_, over) => {
    const run = release(over, none);
    expect(run.output.outcome).toBe('skipped');
    expect(run.path).not.toContain('UpdateStack');
    expect(run.path).not.toContain('TellOutcome');
  });

  test('asked for at once does not look at the time', () => {
    expect(release(changed(0), { modelPackageArn: 'none' }).output.outcome).toBe('expired');
  });

  test('counts from the creation of a stack that was never updated', () => {
    const created = stack('CREATE_COMPLETE', arn(1));
    Object.assign(created.result.Stacks[0] ?? {}, { CreationTime: hoursAgo(9) });
    expect(release({ DescribeStack: [created] }, none).output.outcome).toBe('expired');
  });

  test('that fails rejects no package', () => {
    const run = release(
      {
        ...changed(9),
        PollUpdate: [stack('UPDATE_ROLLBACK_COMPLETE')],
        ExplainUpdate: [{ result: { Payload: { reason: 'throttled' } } }],
      },
      none,
    );
    expect(run.error).toMatchObject({ Error: 'ExpiryFailed', Cause: 'throttled' });
    expect(run.path).not.toContain('Reject');
  });
});
