/**
 * Every edge between two services needs a policy at its target; without it AWS silently drops the delivery. The rehearsal delivers within
 * its own process, so edges are checked from the templates: by the static tests, after every rehearsal, and with each statement removed
 * alone (grants.ts).
 */
import { type Grant, list, type Model, type Node } from '../shared/model';
import type { Json } from '../shared/templates';
import { type Finding, finding, keyPolicy } from './key-policy';

/** Roles that services assume: the resource type, the property with the role, the service and its further names. */
export const assumes: readonly (readonly [type: string, property: string, service: string, ...names: string[]])[] = [
  ['AWS::StepFunctions::StateMachine', 'RoleArn', 'states'],
  ['AWS::Lambda::Function', 'Role', 'lambda'],
  ['AWS::Glue::Job', 'Role', 'glue'],
  ['AWS::SageMaker::Model', 'ExecutionRoleArn', 'sagemaker'],
  ['AWS::KinesisFirehose::DeliveryStream', 'ExtendedS3DestinationConfiguration', 'firehose'],
  ['AWS::Events::Rule', 'Targets', 'events'],
  ['AWS::Scheduler::Schedule', 'Target', 'scheduler'],
  ['AWS::ApiGateway::Account', 'CloudWatchRoleArn', 'apigateway'],
  ['AWS::EC2::FlowLog', 'DeliverLogsPermissionArn', 'vpc-flow-logs'],
  ['AWS::RedshiftServerless::Namespace', 'IamRoles', 'redshift-serverless', 'redshift'],
];

/** An action of one resource on another: under a role, or as a service that the target's own policy admits. */
interface Edge {
  readonly from: Node;
  readonly to: Node;
  readonly action: string;
  /** Property with the role. */
  readonly role?: Json;
  readonly service?: string;
  /** Source that the policy's condition must name. @default any */
  readonly source?: Node;
}

/** Types with resource policies: the policy's type, its property for the resources, and the actions of services. */
const doors: Readonly<Record<string, readonly [policy: string, property: string, action: string]>> = {
  'AWS::Lambda::Function': ['AWS::Lambda::Permission', 'FunctionName', 'lambda:InvokeFunction'],
  'AWS::SNS::Topic': ['AWS::SNS::TopicPolicy', 'Topics', 'sns:Publish'],
  'AWS::SQS::Queue': ['AWS::SQS::QueuePolicy', 'Queues', 'sqs:SendMessage'],
  'AWS::S3::Bucket': ['AWS::S3::BucketPolicy', 'Bucket', 's3:PutObject'],
};

const actionOn = ({ type }: Node) => doors[type]?.[2] ?? 'states:StartExecution';

/** Outgoing edges of a resource, by type. */
const leaving: Readonly<Record<string, (model: Model, from: Node) => Edge[]>> = {
  'AWS::Events::Rule': (model, from) =>
    list<Json>(from.properties.Targets).flatMap(({ Arn, RoleArn, DeadLetterConfig }) => {
      const ends = [Arn, ...(DeadLetterConfig === undefined ? [] : [DeadLetterConfig.Arn])];
      return ends.map((end): Edge => {
        const to = model.target(from, end);
        // A topic receives from every alarm too, so its policy names no source.
        const source = to.type === 'AWS::SNS::Topic' ? undefined : from;
        const by = to.type in doors ? { service: 'events', source } : { role: RoleArn };
        return { from, to, action: actionOn(to), ...by };
      });
    }),
  'AWS::Scheduler::Schedule': (model, from) => {
    const { Arn, RoleArn } = from.properties.Target;
    return [{ from, to: model.target(from, Arn), action: 'states:StartExecution', role: RoleArn }];
  },
  'AWS::ApiGateway::Method': (model, from) =>
    model.references(from, from.properties.Integration.Uri).map((to) => ({
      ...{ from, to, action: actionOn(to), service: 'apigateway' },
      source: model.target(from, from.properties.RestApiId),
    })),
  'AWS::Lambda::Function': (model, from) =>
    model
      .references(from, from.properties.DeadLetterConfig)
      .map((to) => ({ from, to, action: actionOn(to), role: from.properties.Role })),
  'AWS::KinesisFirehose::DeliveryStream': (model, from) => {
    const { RoleARN: role, BucketARN } = from.properties.ExtendedS3DestinationConfiguration;
    return [{ from, to: model.target(from, BucketARN), action: 's3:PutObject', role }];
  },
  'AWS::CloudWatch::Alarm': (model, from) => published(model, from, from.properties.AlarmActions, 'cloudwatch'),
  'AWS::Budgets::Budget': (model, from) =>
    published(model, from, from.properties.NotificationsWithSubscribers, 'budgets'),
  'AWS::CloudTrail::Trail': (model, from) => {
    const to = model.target(from, from.properties.S3BucketName);
    return ['s3:GetBucketAcl', 's3:PutObject'].map((action) => ({ from, to, action, service: 'cloudtrail' }));
  },
};

const published = (model: Model, from: Node, value: Json, service: string): Edge[] =>
  model.references(from, value).map((to) => ({ from, to, action: actionOn(to), service }));

const rolesIn = (model: Model, node: Node, value: Json) =>
  model.references(node, value).filter(({ type }) => type === 'AWS::IAM::Role');

function crossed(model: Model, { from, to, action, role, service, source }: Edge): boolean {
  const reaches = ({ policy, resources }: Grant) => model.references(policy, resources).includes(to);
  if (service === undefined) return rolesIn(model, from, role).some((each) => model.allows(each, action).some(reaches));
  const [type = '', property = ''] = doors[to.type] ?? [];
  return model
    .ofType(type)
    .filter((policy) => model.references(policy, policy.properties[property]).includes(to))
    .some((policy) => {
      const { PolicyDocument, Principal: Service, Action: invoke, SourceArn } = policy.properties;
      const permission = { Effect: 'Allow', Principal: { Service }, Action: invoke, Condition: SourceArn };
      return list<Json>(PolicyDocument?.Statement ?? permission).some(
        ({ Effect, Principal, Action, Condition }) =>
          Effect === 'Allow' &&
          list<string>(Principal.Service).includes(`${service}.amazonaws.com`) &&
          list<string>(Action).includes(action) &&
          (source === undefined ||
            model.references(policy, Condition).includes(source) ||
            // CloudFormation derives a rule's name from its stack, whose name begins with the kit's.
            JSON.stringify(Condition ?? '').includes(`:rule/${model.kit}-*"`)),
      );
    });
}

/** Checks by the expected fact. */
export const edges = {
  ...keyPolicy,
  'roles trust exactly the services that assume them': (model) => {
    const trusted = (node: Node, role: Node, services: string) =>
      finding(
        node,
        model.trusts(role).join() === services,
        `uses ${role.id} as ${services}, which trusts ${model.trusts(role).join()}`,
      );
    return [
      ...assumes.flatMap(([type, property, ...services]) =>
        model
          .ofType(type)
          .flatMap((node) =>
            rolesIn(model, node, node.properties[property]).flatMap((role) =>
              trusted(node, role, services.map((service) => `${service}.amazonaws.com`).join()),
            ),
          ),
      ),
      ...model.grants
        .filter(({ actions }) => actions.includes('iam:PassRole'))
        .flatMap(({ policy, resources, statement }) =>
          rolesIn(model, policy, resources).flatMap((role) =>
            trusted(policy, role, statement.Condition?.StringEquals?.['iam:PassedToService']),
          ),
        ),
    ];
  },
  "a target's policy or the sender's role permits every delivery": (model) =>
    model.nodes
      .flatMap((from) => leaving[from.type]?.(model, from) ?? [])
      .flatMap((edge) =>
        finding(
          edge.from,
          crossed(model, edge),
          edge.service === undefined
            ? `its role may not ${edge.action} on ${edge.to.id}`
            : `${edge.to.id} does not let ${edge.service}.amazonaws.com ${edge.action}`,
        ),
      ),
  'every bucket with a rule on its events sends them to EventBridge': (model) =>
    model.ofType('AWS::Events::Rule').flatMap((rule) =>
      model
        .references(rule, rule.properties.EventPattern)
        .filter(({ type }) => type === 'AWS::S3::Bucket')
        .flatMap((bucket) =>
          finding(
            rule,
            bucket.properties.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled === true,
            `waits for events of ${bucket.id}, which does not send them to EventBridge`,
          ),
        ),
    ),
  'every alarm and the budget notify people through the alerts topic': (model) =>
    model.ofType('AWS::CloudWatch::Alarm', 'AWS::Budgets::Budget').flatMap((node) => {
      const reached = leaving[node.type]!(model, node).map(({ to }) => to.type);
      return finding(node, reached.join() === 'AWS::SNS::Topic', 'does not reach the alerts topic, or not only');
    }),
  "a machine that waits for jobs may manage Step Functions' rules for their end": (model) => {
    const rules: Record<string, string> = {
      createTrainingJob: 'Training',
      createHyperParameterTuningJob: 'Tuning',
      createProcessingJob: 'Processing',
      createTransformJob: 'Transform',
    };
    return model.tasks.flatMap(({ machine, state, integration }) => {
      const job = /^sagemaker:(\w+)\.sync/.exec(integration)?.[1];
      if (job === undefined) return [];
      const name = `StepFunctionsGetEventsForSageMaker${rules[job]}JobsRule`;
      const role = model.target(machine, machine.properties.RoleArn);
      const managed = ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'].every((action) =>
        model.allows(role, action).some(({ resources }) => JSON.stringify(resources).includes(name)),
      );
      return finding(machine, managed, `${state} waits for a job without a grant on ${name}`);
    });
  },
} satisfies Record<string, (model: Model) => Finding[]>;

/** Violations, one sentence each. */
export const brokenEdges = (model: Model): string[] =>
  Object.values(edges).flatMap((find) => find(model).map(({ at, problem }) => `${at}: ${problem}`));
