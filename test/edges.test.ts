/**
 * Every edge between two services has a policy at its far end: without one, AWS drops what should cross it and says nothing. The rehearsal
 * delivers these inside its own process, so they are checked here, from the templates.
 */
import type { Json } from './shared/json';
import { kit, templates } from './shared/kit';

interface Node {
  id: string;
  type: string;
  properties: Json;
}

/** The resources of a profile, and what a reference points at, across stacks. */
function graph(profile: string) {
  const all = templates(kit(profile));
  const nodes = new Map<string, Node>();
  const exported = new Map<string, string>();
  for (const [room, { Resources, Outputs = {} }] of Object.entries(all)) {
    for (const [id, { Type, Properties = {} }] of Object.entries<Json>(Resources))
      nodes.set(`${room}/${id}`, { id: `${room}/${id}`, type: Type, properties: Properties });
    for (const { Export, Value } of Object.values<Json>(Outputs))
      if (Export !== undefined) exported.set(Export.Name, `${room}/${logicalId(Value)}`);
  }
  /** The resource that a property refers to, seen from the resource that has it. */
  const target = (from: Node, value: Json): Node => {
    const name = value['Fn::ImportValue'];
    const key = name === undefined ? `${from.id.split('/')[0]}/${logicalId(value)}` : exported.get(name);
    const node = nodes.get(key ?? '');
    if (node === undefined) throw new Error(`${from.id} refers to ${JSON.stringify(value)}, which no template has`);
    return node;
  };
  const ofType = (type: string) => [...nodes.values()].filter((node) => node.type === type);
  const trusts = (role: Node) =>
    (role.properties.AssumeRolePolicyDocument.Statement as Json[]).map(({ Principal }) => Principal.Service as string);
  /** Statements of the policies attached to a role that allow an action. */
  const allows = (role: Node, action: string) =>
    ofType('AWS::IAM::Policy')
      .filter((policy) => (policy.properties.Roles as Json[]).some((r) => target(policy, r) === role))
      .flatMap(({ properties }) => properties.PolicyDocument.Statement as Json[])
      .filter((statement) => statement.Effect === 'Allow' && [statement.Action].flat().includes(action));
  return { target, ofType, trusts, allows };
}

const logicalId = (value: Json): string | undefined => value?.Ref ?? value?.['Fn::GetAtt']?.[0];

describe.each(['sandbox', 'standard', 'production'])('%s', (profile) => {
  const { target, ofType, trusts, allows } = graph(profile);

  test.each([
    ['AWS::StepFunctions::StateMachine', 'RoleArn', 'states'],
    ['AWS::Lambda::Function', 'Role', 'lambda'],
    ['AWS::Glue::Job', 'Role', 'glue'],
    ['AWS::SageMaker::Model', 'ExecutionRoleArn', 'sagemaker'],
  ])('the role of a %s trusts its service', (type, property, service) => {
    const found = ofType(type);
    expect(found.length).toBeGreaterThan(0);
    for (const node of found)
      expect({ [node.id]: trusts(target(node, node.properties[property])) }).toEqual({
        [node.id]: [`${service}.amazonaws.com`],
      });
  });

  test('the stream may write to its bucket', () => {
    for (const stream of ofType('AWS::KinesisFirehose::DeliveryStream')) {
      const role = target(stream, stream.properties.ExtendedS3DestinationConfiguration.RoleARN);
      expect(trusts(role)).toEqual(['firehose.amazonaws.com']);
      expect(allows(role, 's3:PutObject')).toHaveLength(1);
    }
  });

  test('every rule may do what its target needs', () => {
    for (const rule of ofType('AWS::Events::Rule'))
      for (const { Arn, RoleArn, DeadLetterConfig } of rule.properties.Targets as Json[]) {
        const reached = target(rule, Arn);
        if (reached.type === 'AWS::Lambda::Function') {
          const permissions = ofType('AWS::Lambda::Permission').filter(
            (p) => target(p, p.properties.FunctionName) === reached && target(p, p.properties.SourceArn) === rule,
          );
          expect(permissions.map(({ properties }) => properties.Principal)).toEqual(['events.amazonaws.com']);
        } else {
          const role = target(rule, RoleArn);
          expect(trusts(role)).toEqual(['events.amazonaws.com']);
          expect(allows(role, 'states:StartExecution').map(({ Resource }) => target(role, Resource))).toEqual([
            reached,
          ]);
        }
        if (DeadLetterConfig === undefined) continue;
        const queue = target(rule, DeadLetterConfig.Arn);
        const policies = ofType('AWS::SQS::QueuePolicy').filter((p) =>
          (p.properties.Queues as Json[]).some((q) => target(p, q) === queue),
        );
        const statements = policies.flatMap((p) =>
          (p.properties.PolicyDocument.Statement as Json[]).map((statement) => ({ p, statement })),
        );
        const allowed = statements.filter(({ p, statement }) => {
          const source = statement.Condition?.ArnEquals?.['aws:SourceArn'];
          return (
            statement.Principal.Service === 'events.amazonaws.com' && source !== undefined && target(p, source) === rule
          );
        });
        expect({ [rule.id]: allowed.length }).toEqual({ [rule.id]: 1 });
      }
  });

  test('the schedule may start its machine', () => {
    for (const schedule of ofType('AWS::Scheduler::Schedule')) {
      const role = target(schedule, schedule.properties.Target.RoleArn);
      expect(trusts(role)).toEqual(['scheduler.amazonaws.com']);
      expect(allows(role, 'states:StartExecution').map(({ Resource }) => target(role, Resource))).toEqual([
        target(schedule, schedule.properties.Target.Arn),
      ]);
    }
  });

  test('a function may send to its dead-letter queue', () => {
    for (const node of ofType('AWS::Lambda::Function').filter(
      ({ properties }) => properties.DeadLetterConfig !== undefined,
    ))
      expect(allows(target(node, node.properties.Role), 'sqs:SendMessage')).toHaveLength(1);
  });

  test('every alarm reaches the one topic', () => {
    const [topic] = ofType('AWS::SNS::Topic');
    for (const alarm of ofType('AWS::CloudWatch::Alarm'))
      expect((alarm.properties.AlarmActions as Json[]).map((action) => target(alarm, action))).toEqual([topic]);
  });

  test('a role that a machine passes trusts exactly the service that it is passed to', () => {
    const passed = ofType('AWS::IAM::Policy').flatMap((policy) =>
      (policy.properties.PolicyDocument.Statement as Json[])
        .filter(({ Action }) => [Action].flat().includes('iam:PassRole'))
        .map((statement) => ({ policy, statement })),
    );
    expect(passed.length).toBeGreaterThan(3);
    for (const { policy, statement } of passed)
      expect(trusts(target(policy, statement.Resource))).toEqual([
        statement.Condition.StringEquals['iam:PassedToService'],
      ]);
  });
});
