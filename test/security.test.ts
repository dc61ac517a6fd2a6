/** What no room may get wrong alone: grants, keys, closed services. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildKit } from '../bin/app';
import { acknowledged } from './shared/acknowledged';
import type { Json } from './shared/json';
import { kit, templates } from './shared/kit';

const profiles = ['sandbox', 'standard', 'production'];
const all = (profile: string) =>
  Object.entries(templates(kit(profile))).flatMap(([room, { Resources }]) =>
    Object.entries<Json>(Resources).map(([id, resource]) => ({
      room,
      id,
      type: resource.Type as string,
      properties: resource.Properties ?? {},
      resource,
    })),
  );
const ofType = (profile: string, type: string) => all(profile).filter((resource) => resource.type === type);
const identityStatements = (profile: string) =>
  ofType(profile, 'AWS::IAM::Policy').flatMap(({ room, id, properties }) =>
    (properties.PolicyDocument.Statement as Json[]).map((statement) => ({
      where: `${room}/${id}`,
      statement,
      actions: [statement.Action].flat() as string[],
    })),
  );

test('cdk-nag finds nothing in the sandbox but what is acknowledged, and every acknowledgement is still needed', () => {
  const app = new App({
    context: { profile: 'sandbox', 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:validateAgainstDefaultRules': false },
  });
  buildKit(app);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  // Findings end synthesis with an error; they are judged from the report.
  expect(() => app.synth()).toThrow('AwsSolutions');
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Json;
  const findings = (report.pluginReports as Json[])
    .filter(({ pluginName }) => pluginName === 'AwsSolutions')
    .flatMap(({ violations }) => violations as Json[])
    .flatMap(({ ruleName, violatingConstructs }) =>
      (violatingConstructs as Json[]).map(({ constructPath }) => ({
        finding: ruleName as string,
        path: constructPath as string,
      })),
    );
  const covers = (row: (typeof acknowledged)[number]) => (f: (typeof findings)[number]) =>
    row.finding.test(f.finding) && (row.at ?? /^/).test(f.path);
  expect(findings.filter((f) => !acknowledged.some((row) => covers(row)(f)))).toEqual([]);
  expect(acknowledged.filter((row) => !findings.some(covers(row)))).toEqual([]);
});

/** Services that use the kit's key on their own behalf, as the templates show it. */
function keyUsers(profile: string): string[] {
  const users: Record<string, boolean> = {
    'cloudwatch.amazonaws.com': ofType(profile, 'AWS::CloudWatch::Alarm').some(
      ({ properties }) => properties.AlarmActions?.length > 0,
    ),
    'budgets.amazonaws.com': ofType(profile, 'AWS::Budgets::Budget').length > 0,
    'cloudtrail.amazonaws.com': ofType(profile, 'AWS::CloudTrail::Trail').some(
      ({ properties }) => properties.KMSKeyId !== undefined,
    ),
    // A rule that publishes to the encrypted topic, or a dead-letter queue under the kit's key.
    'events.amazonaws.com':
      ofType(profile, 'AWS::Events::Rule').some(({ properties }) =>
        JSON.stringify(properties.Targets).includes('Alerts'),
      ) || ofType(profile, 'AWS::SQS::Queue').some(({ properties }) => properties.KmsMasterKeyId !== undefined),
    'logs.amazonaws.com': ofType(profile, 'AWS::Logs::LogGroup').some(
      ({ properties }) => properties.KmsKeyId !== undefined,
    ),
    'sns.amazonaws.com': ofType(profile, 'AWS::SNS::Subscription').some(
      ({ properties }) => properties.Protocol === 'sqs',
    ),
  };
  return Object.keys(users).filter((service) => users[service]);
}

test.each(profiles)('in %s the key policy names exactly the services that the templates let use it', (profile) => {
  const [key] = ofType(profile, 'AWS::KMS::Key');
  const granted = (key?.properties.KeyPolicy.Statement as Json[]).flatMap(
    ({ Principal }) => [Principal.Service ?? []].flat() as string[],
  );
  expect([...new Set(granted)].sort()).toEqual(keyUsers(profile).sort());
});

test.each(profiles)('in %s nothing asks for what new accounts are refused', (profile) => {
  const text = JSON.stringify(templates(kit(profile)));
  for (const field of ['DebugHookConfig', 'DebugRuleConfigurations', 'ProfilerConfig', 'ExplainerConfig'])
    expect(text).not.toContain(field);
  const closed = all(profile).filter(({ type }) =>
    /SageMaker::(MonitoringSchedule|\w+JobDefinition|ProcessingJob)|FlowDefinition/.test(type),
  );
  expect(closed).toEqual([]);
});

test.each(profiles)('in %s whoever may touch objects of the lake may use their key', (profile) => {
  const needs = { 's3:GetObject*': 'kms:Decrypt', 's3:PutObject': 'kms:GenerateDataKey*' };
  for (const { room, id, properties } of ofType(profile, 'AWS::IAM::Policy')) {
    const statements = properties.PolicyDocument.Statement as Json[];
    for (const [object, key] of Object.entries(needs)) {
      const touches = statements.some(
        ({ Action, Resource }) =>
          [Action].flat().includes(object) && /Raw|Curated|Artifacts|Captured/.test(JSON.stringify(Resource)),
      );
      const may = statements.some(({ Action }) => [Action].flat().includes(key));
      if (touches) expect({ [`${room}/${id}`]: may }).toEqual({ [`${room}/${id}`]: true });
    }
  }
});

test('no function reserves concurrency: a new account has ten in all', () => {
  for (const { properties } of ofType('sandbox', 'AWS::Lambda::Function'))
    expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
});

test('the sandbox has no NAT gateway, no stream, no cluster, nothing that bills while idle', () => {
  const billing = all('sandbox').filter(({ type }) =>
    /NatGateway|Kinesis::Stream|Redshift|NotebookInstance|MlflowTrackingServer|VPCEndpoint|SecretsManager/.test(type),
  );
  expect(billing).toEqual([]);
});

test.each(profiles)('in %s every bucket refuses plain HTTP and the public', (profile) => {
  const policies = ofType(profile, 'AWS::S3::BucketPolicy').map(({ properties }) => JSON.stringify(properties));
  expect(policies).toHaveLength(ofType(profile, 'AWS::S3::Bucket').length);
  for (const policy of policies) expect(policy).toContain('"aws:SecureTransport":"false"');
  for (const { properties } of ofType(profile, 'AWS::S3::Bucket'))
    expect(
      properties.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm,
    ).toBe('aws:kms');
});

test.each(profiles)('in %s a role is passed only by ARN and to one named service', (profile) => {
  for (const { where, statement, actions } of identityStatements(profile)) {
    if (!actions.includes('iam:PassRole')) continue;
    expect({ where, condition: Object.keys(statement.Condition?.StringEquals ?? {}) }).toEqual({
      where,
      condition: ['iam:PassedToService'],
    });
    expect(statement.Resource).not.toBe('*');
  }
});

test.each(profiles)('in %s no statement allows every action of a service', (profile) => {
  for (const { where, actions } of identityStatements(profile))
    expect({ where, wild: actions.filter((action) => action === '*' || action.endsWith(':*')) }).toEqual({
      where,
      wild: [],
    });
});

test.each(profiles)('in %s a state machine is created after its grants, managed rules included', (profile) => {
  for (const { room, id, resource } of ofType(profile, 'AWS::StepFunctions::StateMachine')) {
    const definition = JSON.stringify(resource.Properties.DefinitionString);
    const policies = ofType(profile, 'AWS::IAM::Policy').filter(
      (policy) => policy.room === room && (resource.DependsOn as string[]).includes(policy.id),
    );
    expect({ id, policies: policies.length }).toEqual({ id, policies: 1 });
    const allowed = (policies[0]?.properties.PolicyDocument.Statement as Json[]).filter(({ Action }) =>
      ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'].every((action) =>
        [Action].flat().includes(action),
      ),
    );
    const managed = {
      createTrainingJob: 'Training',
      createHyperParameterTuningJob: 'Tuning',
      createProcessingJob: 'Processing',
    };
    for (const [job, rule] of Object.entries(managed))
      if (definition.includes(`${job}.sync`))
        expect(JSON.stringify(allowed)).toContain(`StepFunctionsGetEventsForSageMaker${rule}JobsRule`);
  }
});

test.each(profiles)("in %s jobs and models write their outputs under the kit's key", (profile) => {
  for (const { properties } of ofType(profile, 'AWS::StepFunctions::StateMachine')) {
    const definition = JSON.stringify(properties.DefinitionString);
    const outputs = definition.match(/OutputDataConfig|ProcessingOutputConfig/g)?.length ?? 0;
    expect(definition.match(/KmsKeyId/g)?.length ?? 0).toBe(outputs);
  }
});
