/** The role a scenario plays under: a user of the kit, never the system. */
import { CloudFormationClient, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Target } from './engine';

export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: string | string[];
}

export const CLIENT_ROLE = 'rehearsal-client';
export const CLIENT_POLICY = 'user';
const ACCOUNT = '123456789012';

/** May land raw files and labels, sign API calls, start Train and Monitor, and read. Names are those of one kit. */
function statements(kit: string): Statement[] {
  const machine = (what: string) => `arn:aws:states:*:${ACCOUNT}:stateMachine:${what}`;
  return [
    {
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: ['tables', 'manifests', 'ground-truth'].map((prefix) => `arn:aws:s3:::${kit}-*raw*/${prefix}/*`),
    },
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: `arn:aws:s3:::${kit}-*` },
    // The lake's key: what SSE-KMS asks of whoever writes and reads.
    { Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: '*' },
    { Effect: 'Allow', Action: ['execute-api:Invoke'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['states:StartExecution'],
      Resource: [machine('*Train*'), machine('*Monitor*'), machine('*train*'), machine('*monitor*')],
    },
    {
      Effect: 'Allow',
      Action: ['states:DescribeExecution', 'states:ListExecutions', 'states:GetExecutionHistory'],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['cloudformation:DescribeStacks', 'ssm:GetParameter', 'sagemaker:Describe*', 'sagemaker:List*'],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan', 'cloudwatch:DescribeAlarms'],
      Resource: '*',
    },
  ];
}

/** Gives the role what every user may, plus `extra`, in place of what it had, and assumes it. */
export async function assumeClient(root: Target, kit: string, extra: readonly Statement[] = []): Promise<Target> {
  const iam = new IAMClient(root);
  await iam
    .send(
      new CreateRoleCommand({
        RoleName: CLIENT_ROLE,
        AssumeRolePolicyDocument: policy([
          { Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
        ]),
      }),
    )
    .catch((error: Error) => {
      // The scenario before this one on the same deployment had it.
      if (error.name !== 'EntityAlreadyExistsException') throw error;
    });
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: CLIENT_ROLE,
      PolicyName: CLIENT_POLICY,
      PolicyDocument: policy([...statements(kit), ...extra]),
    }),
  );
  const { Credentials } = await new STSClient(root).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${CLIENT_ROLE}`,
      RoleSessionName: 'scenario',
      DurationSeconds: 43_200,
    }),
  );
  if (
    Credentials?.AccessKeyId === undefined ||
    Credentials.SecretAccessKey === undefined ||
    Credentials.SessionToken === undefined
  )
    throw new Error(`role ${CLIENT_ROLE} gave no credentials`);
  return {
    ...root,
    credentials: {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    },
  };
}

const policy = (Statement: unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/**
 * Tries what only the system may do, so that the audit holds the refusals.
 * @throws Error naming the first call that was let through
 */
export async function proveBoundary(client: Target, kit: string, extra: readonly Statement[] = []): Promise<void> {
  const forbidden: [action: string, call: () => Promise<unknown>][] = [
    ['glue:StartJobRun', () => new GlueClient(client).send(new StartJobRunCommand({ JobName: `${kit}-etl` }))],
    [
      'cloudformation:UpdateStack',
      () =>
        new CloudFormationClient(client).send(
          new UpdateStackCommand({ StackName: `${kit}-serving-model`, UsePreviousTemplate: true }),
        ),
    ],
    [
      'cloudwatch:PutMetricData',
      () =>
        new CloudWatchClient(client).send(
          new PutMetricDataCommand({ Namespace: 'MlLifecycleKit', MetricData: [{ MetricName: 'Forged', Value: 1 }] }),
        ),
    ],
    [
      'dynamodb:PutItem',
      () =>
        new DynamoDBClient(client).send(
          new PutItemCommand({ TableName: `${kit}-forged`, Item: { pk: { S: 'x' }, sk: { S: 'x' } } }),
        ),
    ],
    [
      'events:PutEvents',
      () =>
        new EventBridgeClient(client).send(
          new PutEventsCommand({ Entries: [{ Source: 'forged', DetailType: 'forged', Detail: '{}' }] }),
        ),
    ],
  ];
  const granted = new Set(extra.flatMap(({ Action }) => Action));
  for (const [action, call] of forbidden) {
    if (granted.has(action)) continue;
    try {
      await call();
    } catch (error) {
      if (/AccessDenied|not authorized/i.test(`${(error as Error).name} ${(error as Error).message}`)) continue;
      throw new Error(
        `${action} by the user's role failed, but not for want of permission: ${(error as Error).message}`,
        { cause: error },
      );
    }
    throw new Error(`${action} was allowed to the user's role; only the system may do that`);
  }
}
