/** A leftover of each kind that `sweep` knows, put into the account as a half-failed deletion or a careless hand would leave it. */
import { APIGatewayClient, CreateRestApiCommand } from '@aws-sdk/client-api-gateway';
import { AthenaClient, CreateWorkGroupCommand } from '@aws-sdk/client-athena';
import { BudgetsClient, CreateBudgetCommand } from '@aws-sdk/client-budgets';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient, CreateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient, PutDashboardCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import {
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTableCommand as CreateGlueTableCommand,
  GlueClient,
} from '@aws-sdk/client-glue';
import { CreatePolicyCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { CreateFunctionCommand, LambdaClient, PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { championName } from '../../lib/training/room';
import { names } from '../../lib/shared/names';
import type { Target } from './engine';

const IMAGE = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0';
const ACCOUNT = '123456789012';
const EMPTY_ZIP = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');

const policy = (Effect: 'Allow' | 'Deny', Action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*' }] });

/** Names as CloudFormation would have made them; SageMaker's carry the kit's tag instead. In this order: later ones need earlier ones. */
export function plants(aws: Target, kit: string): Record<string, () => Promise<unknown>> {
  const made = `${kit}-etl-Planted0123ABCD-4F5E6D7C8B9A`;
  const role = `arn:aws:iam::${ACCOUNT}:role/${made}`;
  const bucket = made.toLowerCase();
  const Tags = [{ Key: 'kit', Value: kit }];
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const sagemaker = new SageMakerClient(aws);
  const kms = new KMSClient(aws);
  const glue = new GlueClient(aws);
  const catalog = kit.replaceAll('-', '_');
  return {
    'S3 bucket': () => s3.send(new CreateBucketCommand({ Bucket: bucket })),
    'KMS key': () => kms.send(new CreateKeyCommand({ Description: `Everything of the kit ${kit}` })),
    'KMS alias': async () => {
      const { Keys = [] } = await kms.send(new ListKeysCommand({}));
      await kms.send(new CreateAliasCommand({ AliasName: `alias/${kit}`, TargetKeyId: Keys.at(-1)?.KeyId }));
    },
    'IAM role': async () => {
      const iam = new IAMClient(aws);
      await iam.send(new CreateRoleCommand({ RoleName: made, AssumeRolePolicyDocument: trust }));
      // The planted model is looked at under this role; a refusal would be the kit's in the audit.
      await iam.send(
        new PutRolePolicyCommand({ RoleName: made, PolicyName: 'read', PolicyDocument: policy('Allow', '*') }),
      );
    },
    'IAM policy': () =>
      new IAMClient(aws).send(
        new CreatePolicyCommand({
          PolicyName: made,
          PolicyDocument: policy('Deny', 's3:*'),
        }),
      ),
    'Lambda function': () =>
      new LambdaClient(aws).send(
        new CreateFunctionCommand({
          FunctionName: made,
          Role: role,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Code: { ZipFile: EMPTY_ZIP },
        }),
      ),
    'Lambda layer': () =>
      new LambdaClient(aws).send(new PublishLayerVersionCommand({ LayerName: made, Content: { ZipFile: EMPTY_ZIP } })),
    'state machine': () =>
      new SFNClient(aws).send(
        new CreateStateMachineCommand({
          name: made,
          roleArn: role,
          definition: '{"StartAt":"End","States":{"End":{"Type":"Succeed"}}}',
        }),
      ),
    'log group': () =>
      new CloudWatchLogsClient(aws).send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/${made}` })),
    'EventBridge rule': () =>
      new EventBridgeClient(aws).send(new PutRuleCommand({ Name: made, EventPattern: '{"source":["planted"]}' })),
    schedule: () =>
      new SchedulerClient(aws).send(
        new CreateScheduleCommand({
          Name: made,
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:${made}`, RoleArn: role },
        }),
      ),
    'SNS topic': () => new SNSClient(aws).send(new CreateTopicCommand({ Name: made })),
    'SQS queue': () => new SQSClient(aws).send(new CreateQueueCommand({ QueueName: made })),
    'SSM parameter': () =>
      new SSMClient(aws).send(new PutParameterCommand({ Name: championName(kit), Value: 'none', Type: 'String' })),
    alarm: () =>
      new CloudWatchClient(aws).send(
        new PutMetricAlarmCommand({
          AlarmName: `${kit}/monitoring/planted`,
          Namespace: 'Planted',
          MetricName: 'Planted',
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanThreshold',
        }),
      ),
    dashboard: () =>
      new CloudWatchClient(aws).send(new PutDashboardCommand({ DashboardName: kit, DashboardBody: '{"widgets":[]}' })),
    'REST API': () => new APIGatewayClient(aws).send(new CreateRestApiCommand({ name: `${kit}-predictions` })),
    trail: () => new CloudTrailClient(aws).send(new CreateTrailCommand({ Name: made, S3BucketName: bucket })),
    budget: () =>
      new BudgetsClient(aws).send(
        new CreateBudgetCommand({
          AccountId: ACCOUNT,
          Budget: {
            BudgetName: 'Budget-planted',
            BudgetType: 'COST',
            TimeUnit: 'MONTHLY',
            BudgetLimit: { Amount: '1', Unit: 'USD' },
          },
          NotificationsWithSubscribers: [
            {
              Notification: { NotificationType: 'ACTUAL', ComparisonOperator: 'GREATER_THAN', Threshold: 80 },
              Subscribers: [{ SubscriptionType: 'SNS', Address: `arn:aws:sns:${aws.region}:${ACCOUNT}:${made}` }],
            },
          ],
        }),
      ),
    'DynamoDB table': () =>
      new DynamoDBClient(aws).send(
        new CreateTableCommand({
          TableName: made,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        }),
      ),
    'Firehose stream': () =>
      new FirehoseClient(aws).send(
        new CreateDeliveryStreamCommand({
          DeliveryStreamName: made,
          ExtendedS3DestinationConfiguration: { RoleARN: role, BucketARN: `arn:aws:s3:::${bucket}` },
        }),
      ),
    'Glue database': () => glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: catalog } })),
    'Glue table': () =>
      glue.send(new CreateGlueTableCommand({ DatabaseName: catalog, TableInput: { Name: 'planted' } })),
    'Glue job': () =>
      glue.send(
        new CreateJobCommand({
          Name: made,
          Role: role,
          Command: { Name: 'glueetl', ScriptLocation: `s3://${bucket}/a.py` },
        }),
      ),
    'Athena workgroup': () => new AthenaClient(aws).send(new CreateWorkGroupCommand({ Name: kit })),
    'model package group': () =>
      sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: names.modelPackageGroup(kit) })),
    'model package': async () => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'model.tar.gz', Body: EMPTY_ZIP }));
      await sagemaker.send(
        new CreateModelPackageCommand({
          ModelPackageGroupName: names.modelPackageGroup(kit),
          InferenceSpecification: {
            Containers: [{ Image: IMAGE, ModelDataUrl: `s3://${bucket}/model.tar.gz` }],
            SupportedContentTypes: ['application/json'],
            SupportedResponseMIMETypes: ['application/json'],
          },
        }),
      );
    },
    model: () =>
      sagemaker.send(
        new CreateModelCommand({
          ModelName: 'Model-planted',
          ExecutionRoleArn: role,
          PrimaryContainer: { Image: IMAGE, ModelDataUrl: `s3://${bucket}/model.tar.gz` },
          Tags,
        }),
      ),
    'endpoint configuration': () =>
      sagemaker.send(
        new CreateEndpointConfigCommand({
          EndpointConfigName: 'EndpointConfig-planted',
          ProductionVariants: [
            {
              VariantName: 'AllTraffic',
              ModelName: 'Model-planted',
              ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 },
            },
          ],
          Tags,
        }),
      ),
    endpoint: () =>
      sagemaker.send(
        new CreateEndpointCommand({ EndpointName: names.endpoint(kit), EndpointConfigName: 'EndpointConfig-planted' }),
      ),
    // Last: a stack in creation could be met by no sweep.
    'CloudFormation stack': () =>
      new CloudFormationClient(aws).send(
        new CreateStackCommand({
          StackName: names.stack(kit, 'retraining'),
          TemplateBody: '{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}',
        }),
      ),
  };
}

/** Kinds that cannot be put into the emulated account, and why. */
export const NOT_PLANTED: Readonly<Record<string, string>> = {
  'monitoring schedule': 'closed to new accounts: CreateMonitoringSchedule is refused',
  'data-quality job definition': 'closed to new accounts: CreateDataQualityJobDefinition is refused',
  'model-quality job definition': 'closed to new accounts: CreateModelQualityJobDefinition is refused',
  'model-bias job definition': 'closed to new accounts: CreateModelBiasJobDefinition is refused',
  'model-explainability job definition': 'closed to new accounts: CreateModelExplainabilityJobDefinition is refused',
  'scalable target': 'RegisterScalableTarget is not rehearsed, only its CloudFormation type',
  'training job': 'history: the run itself leaves them',
  'processing job': 'history: the run itself leaves them',
  'tuning job': 'history: scenario tuned leaves one',
  'transform job': 'history: CreateTransformJob is not rehearsed',
};
