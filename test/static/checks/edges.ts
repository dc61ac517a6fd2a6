/**
 * Every edge between two services has a policy at its far end: without one, AWS drops what should cross it and says nothing. The rehearsal
 * delivers these inside its own process, so they are checked here, from the templates.
 */
import type { Json } from '../../shared/json';
import { edit, rewrite, type Check } from '../check';
import { list, type Node } from '../../../scripts/shared/model';
import { rolesIn, mayAct, letsIn, mayInvoke, finding, without, mistrust } from './access';

/** What assumes a role, through which property, as which service. */
const assumes: readonly (readonly [type: string, property: string, service: string])[] = [
  ['AWS::StepFunctions::StateMachine', 'RoleArn', 'states'],
  ['AWS::Lambda::Function', 'Role', 'lambda'],
  ['AWS::Glue::Job', 'Role', 'glue'],
  ['AWS::SageMaker::Model', 'ExecutionRoleArn', 'sagemaker'],
  ['AWS::KinesisFirehose::DeliveryStream', 'ExtendedS3DestinationConfiguration', 'firehose'],
  ['AWS::Events::Rule', 'Targets', 'events'],
  ['AWS::Scheduler::Schedule', 'Target', 'scheduler'],
  ['AWS::ApiGateway::Account', 'CloudWatchRoleArn', 'apigateway'],
  ['AWS::EC2::FlowLog', 'DeliverLogsPermissionArn', 'vpc-flow-logs'],
];

export const edges: Check[] = [
  {
    holds: 'what assumes a role is what the role trusts',
    find: (model) =>
      assumes.flatMap(([type, property, service]) =>
        model
          .ofType(type)
          .flatMap((node) =>
            rolesIn(model, node, node.properties[property]).flatMap((role) =>
              finding(
                node,
                model.trusts(role).join() === `${service}.amazonaws.com`,
                `uses ${role.id}, which trusts ${model.trusts(role).join()}`,
              ),
            ),
          ),
      ),
    mutations: assumes.map(([type, , service]) => ({
      breaks: mistrust(service),
      finds: /uses \S+, which trusts ec2.amazonaws.com/,
      only: type === 'AWS::EC2::FlowLog' ? ['production'] : undefined,
    })),
  },
  {
    holds: 'what a rule reaches lets it in, and so does the dead-letter queue that it has',
    find: (model) =>
      model.ofType('AWS::Events::Rule').flatMap((rule) =>
        list<Json>(rule.properties.Targets).flatMap(({ Arn, RoleArn, DeadLetterConfig }) => {
          const reached = model.target(rule, Arn);
          const publishes = (policies: string, property: string, action: string) =>
            letsIn(model, policies, property, reached, 'events.amazonaws.com', action);
          const letIn =
            reached.type === 'AWS::Lambda::Function'
              ? mayInvoke(model, reached, 'events.amazonaws.com', rule)
              : reached.type === 'AWS::SNS::Topic'
                ? publishes('AWS::SNS::TopicPolicy', 'Topics', 'sns:Publish')
                : reached.type === 'AWS::SQS::Queue'
                  ? publishes('AWS::SQS::QueuePolicy', 'Queues', 'sqs:SendMessage')
                  : mayAct(model, rule, RoleArn, 'states:StartExecution', reached);
          const queue = DeadLetterConfig && model.target(rule, DeadLetterConfig.Arn);
          return [
            ...finding(rule, letIn, `reaches ${reached.id}, which does not let it in`),
            ...(queue === undefined
              ? []
              : finding(
                  rule,
                  letsIn(
                    model,
                    'AWS::SQS::QueuePolicy',
                    'Queues',
                    queue,
                    'events.amazonaws.com',
                    'sqs:SendMessage',
                    rule,
                  ),
                  `may not send to its dead-letter queue ${queue.id}`,
                )),
          ];
        }),
      ),
    mutations: [
      { breaks: without('AWS::Lambda::Permission'), finds: /reaches \S+, which does not let it in/ },
      { breaks: without('AWS::SQS::QueuePolicy'), finds: /may not send to its dead-letter queue/ },
      { breaks: rewrite(/rule\/[\w-]+-\*"/, 'rule/other-*"'), finds: /may not send to its dead-letter queue/ },
      {
        breaks: rewrite(/"states:StartExecution"/, '"states:StopExecution"'),
        finds: /reaches \S+Machine\w+, which does not/,
      },
    ],
  },
  {
    holds: 'a rule on events of a bucket hears them: the bucket tells EventBridge',
    find: (model) =>
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
    mutations: [
      {
        breaks: edit(
          ({ Type, Properties }) => Type === 'AWS::S3::Bucket' && Properties.NotificationConfiguration !== undefined,
          ({ Properties }) => delete Properties.NotificationConfiguration,
        ),
        finds: /does not send them to EventBridge/,
      },
    ],
  },
  {
    holds: 'the API may invoke its function, the schedule may start its machine, a function may send to its queue',
    find: (model) => [
      ...model
        .ofType('AWS::ApiGateway::Method')
        .flatMap((method) =>
          model
            .references(method, method.properties.Integration.Uri)
            .flatMap((reached) =>
              finding(
                method,
                mayInvoke(
                  model,
                  reached,
                  'apigateway.amazonaws.com',
                  model.target(method, method.properties.RestApiId),
                ),
                `may not invoke ${reached.id}`,
              ),
            ),
        ),
      ...model.ofType('AWS::Scheduler::Schedule').flatMap((schedule) => {
        const { Arn, RoleArn } = schedule.properties.Target;
        const reached = model.target(schedule, Arn);
        return finding(
          schedule,
          mayAct(model, schedule, RoleArn, 'states:StartExecution', reached),
          `may not start ${reached.id}`,
        );
      }),
      ...model
        .ofType('AWS::Lambda::Function')
        .flatMap((node) =>
          model
            .references(node, node.properties.DeadLetterConfig)
            .flatMap((queue) =>
              finding(
                node,
                mayAct(model, node, node.properties.Role, 'sqs:SendMessage', queue),
                `may not send to ${queue.id}`,
              ),
            ),
        ),
    ],
    mutations: [
      { breaks: without('AWS::Lambda::Permission'), finds: /may not invoke/ },
      {
        breaks: rewrite(/"states:StartExecution"(?=.*ScheduleRole)/, '"states:StopExecution"'),
        finds: /may not start/,
      },
      { breaks: rewrite(/"sqs:SendMessage"(?=.*"Roles")/, '"sqs:GetQueueUrl"'), finds: /may not send to/ },
    ],
  },
  {
    holds: 'the stream may write to its bucket',
    find: (model) =>
      model.ofType('AWS::KinesisFirehose::DeliveryStream').flatMap((stream) => {
        const { RoleARN, BucketARN } = stream.properties.ExtendedS3DestinationConfiguration;
        const bucket = model.target(stream, BucketARN);
        return finding(stream, mayAct(model, stream, RoleARN, 's3:PutObject', bucket), `may not write to ${bucket.id}`);
      }),
    mutations: [
      {
        breaks: rewrite(/"s3:PutObject"(?=.*StreamS3DestinationRole)/, '"s3:PutObjectAcl"'),
        finds: /may not write to/,
      },
    ],
  },
  {
    holds: 'every alarm and the budget reach people: through the one topic, which lets them publish',
    find: (model) => {
      const topics = model.ofType('AWS::SNS::Topic');
      const publishes = (node: Node, value: Json, service: string) => {
        const reached = model.references(node, value);
        return [
          ...finding(
            node,
            reached.length === 1 && topics.includes(reached[0] as Node),
            'does not reach the alerts topic, or not only',
          ),
          ...reached.flatMap((topic) =>
            finding(
              node,
              letsIn(model, 'AWS::SNS::TopicPolicy', 'Topics', topic, service, 'sns:Publish'),
              `${topic.id} does not let ${service} publish`,
            ),
          ),
        ];
      };
      return [
        ...model
          .ofType('AWS::CloudWatch::Alarm')
          .flatMap((alarm) => publishes(alarm, alarm.properties.AlarmActions, 'cloudwatch.amazonaws.com')),
        ...model
          .ofType('AWS::Budgets::Budget')
          .flatMap((budget) =>
            publishes(budget, budget.properties.NotificationsWithSubscribers, 'budgets.amazonaws.com'),
          ),
      ];
    },
    mutations: [
      {
        breaks: edit('AWS::CloudWatch::Alarm', ({ Properties }) => delete Properties.AlarmActions),
        finds: /does not reach the alerts topic/,
      },
      {
        breaks: edit('AWS::SNS::TopicPolicy', ({ Properties }) => {
          Properties.PolicyDocument.Statement = Properties.PolicyDocument.Statement.filter(
            ({ Effect }: Json) => Effect === 'Deny',
          );
        }),
        finds: /does not let (cloudwatch|budgets).amazonaws.com publish/,
      },
    ],
  },
  {
    holds: 'the trail may write to its bucket',
    find: (model) =>
      model.ofType('AWS::CloudTrail::Trail').flatMap((trail) => {
        const bucket = model.target(trail, trail.properties.S3BucketName);
        return ['s3:GetBucketAcl', 's3:PutObject'].flatMap((action) =>
          finding(
            trail,
            letsIn(model, 'AWS::S3::BucketPolicy', 'Bucket', bucket, 'cloudtrail.amazonaws.com', action),
            `${bucket.id} does not let the trail ${action}`,
          ),
        );
      }),
    mutations: [
      { breaks: rewrite(/"s3:GetBucketAcl"/, '"s3:GetBucketCORS"'), finds: /does not let the trail s3:GetBucketAcl/ },
    ],
  },
  {
    holds: 'a machine that waits for jobs may manage the rules by which Step Functions learns of their end',
    find: (model) => {
      const rules = {
        createTrainingJob: 'Training',
        createHyperParameterTuningJob: 'Tuning',
        createProcessingJob: 'Processing',
        createTransformJob: 'Transform',
      };
      return model.tasks.flatMap(({ machine, state, integration }) => {
        const job = /^sagemaker:(\w+)\.sync/.exec(integration)?.[1];
        if (job === undefined) return [];
        const name = `StepFunctionsGetEventsForSageMaker${rules[job as keyof typeof rules]}JobsRule`;
        const role = model.target(machine, machine.properties.RoleArn);
        const managed = ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'].every((action) =>
          model.allows(role, action).some(({ resources }) => JSON.stringify(resources).includes(name)),
        );
        return finding(machine, managed, `${state} waits for a job without a grant on ${name}`);
      });
    },
    mutations: [
      {
        breaks: rewrite(/StepFunctionsGetEventsForSageMakerProcessingJobsRule/, 'AnotherRule'),
        finds: /without a grant on StepFunctionsGetEvents/,
      },
    ],
  },
];
