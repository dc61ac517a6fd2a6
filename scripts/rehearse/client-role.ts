/** The role of a scenario: a user of the kit, never the system. */
import { EMULATED } from '../shared/emulated';
import { call } from '../shared/sdk';
import type { Target } from './engine';

export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: string | string[];
}

export const CLIENT_ROLE = 'rehearsal-client';
export const CLIENT_POLICY = 'user';

/** Permissions of a user: land raw files and labels, sign API calls, start Train and Monitor, and read. Names are those of one kit. */
function statements(kit: string): Statement[] {
  const machine = (what: string) => `arn:aws:states:*:${EMULATED.account}:stateMachine:${what}`;
  return [
    allow(
      ['s3:PutObject'],
      ['tables', 'manifests', 'ground-truth'].map((prefix) => `arn:aws:s3:::${kit}-*raw*/${prefix}/*`),
    ),
    allow(['s3:GetObject', 's3:ListBucket'], `arn:aws:s3:::${kit}-*`),
    // The lake's key: SSE-KMS needs these of readers and writers.
    allow(['kms:GenerateDataKey', 'kms:Decrypt']),
    allow(['execute-api:Invoke']),
    allow(['states:StartExecution'], ['*Train*', '*Monitor*', '*train*', '*monitor*'].map(machine)),
    allow(['states:DescribeExecution', 'states:ListExecutions', 'states:GetExecutionHistory']),
    allow(['cloudformation:DescribeStacks', 'ssm:GetParameter', 'sagemaker:Describe*', 'sagemaker:List*']),
    allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan']),
    allow(['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory']),
  ];
}

export const allow = (Action: string[], Resource: string | string[] = '*'): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

/** Replaces the role's policy with the permissions of every user and `extra`, and assumes it. */
export async function assumeClient(root: Target, kit: string, extra: readonly Statement[] = []): Promise<Target> {
  const RoleName = CLIENT_ROLE;
  const trust = {
    Effect: 'Allow',
    Action: ['sts:AssumeRole'],
    Principal: { AWS: `arn:aws:iam::${EMULATED.account}:root` },
  };
  await call(root, 'iam:CreateRole', { RoleName, AssumeRolePolicyDocument: policy([trust]) }).catch((error: Error) => {
    // An earlier scenario on the same deployment created it.
    if (error.name !== 'EntityAlreadyExistsException') throw error;
  });
  const PolicyDocument = policy([...statements(kit), ...extra]);
  await call(root, 'iam:PutRolePolicy', { RoleName, PolicyName: CLIENT_POLICY, PolicyDocument });
  const { Credentials } = await call(root, 'sts:AssumeRole', {
    RoleArn: `arn:aws:iam::${EMULATED.account}:role/${CLIENT_ROLE}`,
    RoleSessionName: 'scenario',
    DurationSeconds: 43_200,
  });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = Credentials;
  return { ...root, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}

const policy = (Statement: unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/**
 * Tries calls that only the system may make, so that the audit contains refusals.
 * @throws Error naming the first permitted call
 */
export async function proveBoundary(client: Target, kit: string, extra: readonly Statement[] = []): Promise<void> {
  const forbidden: Readonly<Record<string, object>> = {
    'glue:StartJobRun': { JobName: `${kit}-etl` },
    'cloudformation:UpdateStack': { StackName: `${kit}-serving-model`, UsePreviousTemplate: true },
    'cloudwatch:PutMetricData': { Namespace: 'MlLifecycleKit', MetricData: [{ MetricName: 'Forged', Value: 1 }] },
    'dynamodb:PutItem': { TableName: `${kit}-forged`, Item: { pk: { S: 'x' }, sk: { S: 'x' } } },
    'eventbridge:PutEvents': { Entries: [{ Source: 'forged', DetailType: 'forged', Detail: '{}' }] },
  };
  const granted = new Set(extra.flatMap(({ Action }) => Action));
  for (const [name, input] of Object.entries(forbidden)) {
    // The client's service has another prefix in IAM.
    const action = name.replace('eventbridge', 'events');
    if (granted.has(action)) continue;
    try {
      await call(client, name, input);
    } catch (error) {
      if (/AccessDenied|not authorized/i.test(`${(error as Error).name} ${(error as Error).message}`)) continue;
      throw new Error(
        `${action} by the user's role failed for another reason than a missing permission: ${(error as Error).message}`,
        { cause: error },
      );
    }
    throw new Error(`${action} was allowed to the user's role; only the system may do that`);
  }
}
