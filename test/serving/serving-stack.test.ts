import { dataset, kit, only, resources, statements } from '../shared/kit';

test('predictions are signed, validated and throttled', () => {
  expect(only('serving', 'AWS::ApiGateway::Method').Properties).toMatchObject({
    HttpMethod: 'POST',
    AuthorizationType: 'AWS_IAM',
  });
  expect(only('serving', 'AWS::ApiGateway::RequestValidator').Properties).toMatchObject({ ValidateRequestBody: true });
  expect(only('serving', 'AWS::ApiGateway::Stage').Properties.MethodSettings[0]).toMatchObject({
    ThrottlingRateLimit: 50,
    ThrottlingBurstLimit: 100,
  });
});

test('the request model asks for every feature column and no other', () => {
  const { items, maxItems } = only('serving', 'AWS::ApiGateway::Model').Properties.Schema.properties.instances;
  expect(items.required).toEqual(dataset.features.columns.map(({ name }) => name));
  expect(items.additionalProperties).toBe(false);
  expect(items.properties.price).toEqual({ type: ['number', 'null'] });
  expect(items.properties.days_booked).toEqual({ type: 'integer' });
  expect(maxItems).toBe(500);
});

test("a refused body is answered with the validator's own sentence", () => {
  const { ResponseTemplates, ResponseParameters } = only('serving', 'AWS::ApiGateway::GatewayResponse').Properties;
  expect(ResponseTemplates['application/json']).toContain('$context.error.validationErrorString');
  expect(ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'text/plain'");
});

test('the account-wide logging role outlives the stack', () => {
  expect(only('serving', 'AWS::ApiGateway::Account').DeletionPolicy).toBe('Retain');
  const [role] = Object.entries(resources('serving', 'AWS::IAM::Role')).filter(([id]) => id.includes('CloudWatchRole'));
  expect(role?.[1].DeletionPolicy).toBe('Retain');
});

const predictEnvironment = (app = kit()) =>
  Object.values(resources('serving', 'AWS::Lambda::Function', app)).find(
    ({ Properties }) => Properties.Environment?.Variables?.ENDPOINT_NAME,
  )?.Properties.Environment.Variables;

test('the handler captures for a serverless endpoint; a real-time one captures itself', () => {
  expect(predictEnvironment()).toHaveProperty('CAPTURE_STREAM');
  expect(predictEnvironment(kit('standard'))).not.toHaveProperty('CAPTURE_STREAM');
});

test("an approved version of this kit's group starts Release", () => {
  expect(only('serving', 'AWS::Events::Rule').Properties.EventPattern.detail).toEqual({
    ModelPackageGroupName: ['mlkit-models'],
    ModelApprovalStatus: ['Approved'],
    ModelPackageStatus: ['Completed'],
  });
});

const release = statements('serving').filter(({ id }) => id.startsWith('ReleaseMachineRole'));
const allowing = (action: string) =>
  release.filter(({ statement }) => [statement.Action].flat().includes(action)).map(({ statement }) => statement);

test('Release can update one stack only, and only under the role that changes nothing else', () => {
  const [update, ...more] = allowing('cloudformation:UpdateStack');
  expect(more).toEqual([]);
  expect(update.Condition).toEqual({
    StringEquals: { 'cloudformation:RoleArn': { 'Fn::GetAtt': [expect.stringMatching(/^ReleaseStackRole/), 'Arn'] } },
  });
  expect(JSON.stringify(update.Resource)).toContain(':stack/mlkit-serving-model/*');
});

test('Release alone writes the champion', () => {
  expect(allowing('ssm:PutParameter')).toHaveLength(1);
});

test.each([
  ['sandbox', ['iam', 'sagemaker']],
  ['standard', ['application-autoscaling', 'cloudwatch', 'iam', 'kms', 'sagemaker']],
])("in %s the stack role reaches the services of ServingModel's types and no others", (profile, services) => {
  const actions = statements('serving', kit(profile))
    .filter(({ id }) => id.startsWith('ReleaseStackRole'))
    .flatMap(({ statement }) => [statement.Action].flat() as string[]);
  expect([...new Set(actions.map((action) => action.split(':')[0]))].sort()).toEqual(services);
});

test('what serves expires by itself only where that is asked for, through Release', () => {
  expect(resources('serving', 'AWS::Scheduler::Schedule')).toEqual({});
  const { Properties } = only(
    'serving',
    'AWS::Scheduler::Schedule',
    kit('sandbox', { serving: { expireAfterHours: 8 } }),
  );
  expect(Properties).toMatchObject({ ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
  expect(JSON.parse(Properties.Target.Input)).toEqual({ modelPackageArn: 'none', afterHours: 8 });
});
