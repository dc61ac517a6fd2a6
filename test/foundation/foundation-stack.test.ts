import { kit, only, resources } from '../shared/kit';

test('there is one key, it rotates, and goes with the sandbox', () => {
  const key = only('foundation', 'AWS::KMS::Key');
  expect(key.Properties).toMatchObject({ EnableKeyRotation: true });
  expect(key.DeletionPolicy).toBe('Delete');
  expect(only('foundation', 'AWS::KMS::Key', kit('production')).DeletionPolicy).toBe('Retain');
});

test('alarms of this account and the budget may publish to the encrypted topic, over TLS only', () => {
  expect(only('foundation', 'AWS::SNS::Topic').Properties.KmsMasterKeyId).toBeDefined();
  const statements = only('foundation', 'AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement;
  expect(statements).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  );
  expect(statements).toContainEqual(
    expect.objectContaining({
      Principal: { Service: ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com'] },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }),
  );
});

test('the budget warns at 80 % of its amount', () => {
  const { Budget, NotificationsWithSubscribers } = only('foundation', 'AWS::Budgets::Budget').Properties;
  expect(Budget.BudgetLimit).toEqual({ Amount: 25, Unit: 'USD' });
  expect(NotificationsWithSubscribers[0].Notification).toMatchObject({ Threshold: 80, ThresholdType: 'PERCENTAGE' });
});

test('the audit trail can be left to the organization', () => {
  expect(only('foundation', 'AWS::CloudTrail::Trail').Properties.EnableLogFileValidation).toBe(true);
  const without = kit('sandbox', { foundation: { auditTrail: false } });
  expect(resources('foundation', 'AWS::CloudTrail::Trail', without)).toEqual({});
  expect(resources('foundation', 'AWS::S3::Bucket', without)).toEqual({});
});

test('an address subscribes when it is given', () => {
  expect(resources('foundation', 'AWS::SNS::Subscription')).toEqual({});
  const app = kit('sandbox', { foundation: { alertEmail: 'ops@example.com' } });
  expect(only('foundation', 'AWS::SNS::Subscription', app).Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
});

test('the sandbox has no network; the production network has no way out', () => {
  expect(resources('foundation', 'AWS::EC2::VPC')).toEqual({});
  const production = kit('production');
  only('foundation', 'AWS::EC2::VPC', production);
  for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway'])
    expect(resources('foundation', type, production)).toEqual({});
});
