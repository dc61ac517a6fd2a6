/** The edges that rehearsals check too, each with the ways to break it. */
import { assumes, edges as found } from '../../../scripts/rehearse/edges';
import type { Json } from '../../shared/json';
import { type Check, edit, mistrust, type Mutation, rewrite, without } from '../check';

/** Variants with a resource of a type that not every variant has. */
const played: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::FlowLog': ['production'],
  'AWS::RedshiftServerless::Namespace': ['managed'],
};

const broken: Record<keyof typeof found, Mutation[]> = {
  'roles trust exactly the services that assume them': assumes
    .map(([type, , service]) => ({
      breaks: mistrust(service),
      finds: /uses \S+ as \S+, which trusts ec2.amazonaws.com/,
      only: played[type],
    }))
    .concat({
      breaks: edit(
        ({ Type, Properties }) =>
          Type === 'AWS::IAM::Policy' && JSON.stringify(Properties).includes('iam:PassedToService'),
        ({ Properties }) => {
          for (const { Condition } of Properties.PolicyDocument.Statement)
            if (Condition?.StringEquals?.['iam:PassedToService'] !== undefined)
              Condition.StringEquals['iam:PassedToService'] = 'ec2.amazonaws.com';
        },
      ),
      finds: /uses \S+ as ec2.amazonaws.com, which trusts/,
      only: undefined,
    }),
  "a target's policy or the sender's role permits every delivery": [
    {
      breaks: without('AWS::Lambda::Permission'),
      finds: /does not let (events|apigateway).amazonaws.com lambda:InvokeFunction/,
    },
    { breaks: without('AWS::SQS::QueuePolicy'), finds: /does not let events.amazonaws.com sqs:SendMessage/ },
    {
      breaks: rewrite(/rule\/[\w-]+-\*"/, 'rule/other-*"'),
      finds: /does not let events.amazonaws.com sqs:SendMessage/,
    },
    {
      breaks: rewrite(/"states:StartExecution"/, '"states:StopExecution"'),
      finds: /its role may not states:StartExecution on \S+Machine/,
    },
    {
      breaks: rewrite(/"states:StartExecution"(?=.*ScheduleRole)/, '"states:StopExecution"'),
      finds: /its role may not states:StartExecution on/,
    },
    {
      breaks: rewrite(/"sqs:SendMessage"(?=.*"Roles")/, '"sqs:GetQueueUrl"'),
      finds: /its role may not sqs:SendMessage on/,
    },
    {
      breaks: rewrite(/"s3:PutObject"(?=.*StreamS3DestinationRole)/, '"s3:PutObjectAcl"'),
      finds: /its role may not s3:PutObject on/,
    },
    {
      breaks: edit('AWS::SNS::TopicPolicy', ({ Properties }) => {
        Properties.PolicyDocument.Statement = Properties.PolicyDocument.Statement.filter(
          ({ Effect }: Json) => Effect === 'Deny',
        );
      }),
      finds: /does not let (cloudwatch|budgets).amazonaws.com sns:Publish/,
    },
    {
      breaks: rewrite(/"s3:GetBucketAcl"/, '"s3:GetBucketCORS"'),
      finds: /does not let cloudtrail.amazonaws.com s3:GetBucketAcl/,
    },
  ],
  'every bucket with a rule on its events sends them to EventBridge': [
    {
      breaks: edit(
        ({ Type, Properties }) => Type === 'AWS::S3::Bucket' && Properties.NotificationConfiguration !== undefined,
        ({ Properties }) => delete Properties.NotificationConfiguration,
      ),
      finds: /does not send them to EventBridge/,
    },
  ],
  'every alarm and the budget notify people through the alerts topic': [
    {
      breaks: edit('AWS::CloudWatch::Alarm', ({ Properties }) => delete Properties.AlarmActions),
      finds: /does not reach the alerts topic/,
    },
  ],
  "a machine that waits for jobs may manage Step Functions' rules for their end": [
    {
      breaks: rewrite(/StepFunctionsGetEventsForSageMakerProcessingJobsRule/, 'AnotherRule'),
      finds: /without a grant on StepFunctionsGetEvents/,
    },
  ],
  'the key policy admits exactly the services that use the key, with the actions they need': [
    {
      breaks: edit('AWS::KMS::Key', ({ Properties }) => {
        for (const { Principal } of Properties.KeyPolicy.Statement)
          if (Array.isArray(Principal.Service)) Principal.Service = ['budgets.amazonaws.com'];
      }),
      finds: /cloudwatch.amazonaws.com needs kms:/,
    },
    {
      breaks: edit('AWS::KMS::Key', ({ Properties }) => {
        for (const statement of Properties.KeyPolicy.Statement)
          if (Array.isArray(statement.Principal.Service)) statement.Action = 'kms:Decrypt';
      }),
      finds: /needs kms:GenerateDataKey\*/,
    },
    {
      breaks: edit('AWS::KMS::Key', ({ Properties }) => {
        Properties.KeyPolicy.Statement.push({
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'kms:Decrypt',
          Resource: '*',
        });
      }),
      finds: /sns.amazonaws.com is admitted/,
    },
    {
      breaks: edit('AWS::KMS::Key', ({ Properties }) => {
        for (const statement of Properties.KeyPolicy.Statement)
          if (statement.Principal.Service === 'cloudtrail.amazonaws.com')
            statement.Action = ['kms:GenerateDataKey*', 'kms:DescribeKey'];
      }),
      finds: /cloudtrail.amazonaws.com needs kms:Decrypt/,
    },
    {
      breaks: (templates) => {
        const { Export } = Object.values<Json>(templates.foundation.Outputs).find(({ Value }) =>
          JSON.stringify(Value).includes('Arn'),
        );
        return edit('AWS::SQS::Queue', ({ Properties }) => {
          Properties.KmsMasterKeyId = { 'Fn::ImportValue': Export.Name };
        })(templates);
      },
      finds: /events.amazonaws.com needs kms:/,
    },
  ],
  'the account administers its key': [
    {
      breaks: edit('AWS::KMS::Key', ({ Properties }) => {
        Properties.KeyPolicy.Statement.shift();
      }),
      finds: /nobody could ever change/,
    },
  ],
};

export const edges: Check[] = Object.entries(found).map(([holds, find]) => ({
  holds,
  find,
  mutations: broken[holds as keyof typeof broken],
}));
