/** Kinds that keep the kit together: stacks, keys, roles, functions, machines, logs, rules, alarms. */
import { APIGatewayClient, GetAccountCommand, paginateGetRestApis } from '@aws-sdk/client-api-gateway';
import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import { BudgetsClient, paginateDescribeBudgets } from '@aws-sdk/client-budgets';
import { CloudFormationClient, paginateListStacks } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient, paginateListTrails } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient, paginateDescribeAlarms, paginateListDashboards } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, ListRulesCommand, type ListRulesCommandOutput } from '@aws-sdk/client-eventbridge';
import { IAMClient, paginateListPolicies, paginateListRoles } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient, paginateListAliases, paginateListKeys } from '@aws-sdk/client-kms';
import { LambdaClient, paginateListFunctions, paginateListLayers } from '@aws-sdk/client-lambda';
import { paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import { paginateListTopics, SNSClient } from '@aws-sdk/client-sns';
import { paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { names } from '../../../lib/shared/names';
import { all, type Kind, type Thing, things } from './kind';
import { pathOwns, stackOwns } from './owner';

const generated = (kit: string, { name }: Thing) => stackOwns(kit, name);

/** Log groups that services write for everybody in the account. */
const SHARED_LOGS = /^\/aws\/sagemaker\/|^\/aws-glue\//;
/** A rule that Step Functions keeps for all machines that wait for SageMaker jobs. */
const SHARED_RULE = /^StepFunctionsGetEventsFor/;

export const platformKinds: readonly Kind[] = [
  {
    kind: 'CloudFormation stack',
    arn: ['cloudformation', 'stack/'],
    list: async (aws) =>
      things(
        (await all(paginateListStacks({ client: new CloudFormationClient(aws) }, {}), (page) => page.StackSummaries))
          .filter((stack) => stack.StackStatus !== 'DELETE_COMPLETE')
          .map((stack) => stack.StackName),
      ),
    named: generated,
    remove: () => 'npm run kit -- down',
  },
  {
    kind: 'KMS key',
    arn: ['kms', 'key/'],
    list: async (aws) => {
      const client = new KMSClient(aws);
      const keys: Thing[] = [];
      for (const { KeyId } of await all(paginateListKeys({ client }, {}), (page) => page.Keys)) {
        const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
        keys.push({
          name: KeyMetadata?.Description ?? '',
          id: KeyId,
          ...(KeyMetadata?.KeyState === 'PendingDeletion' ? { apart: 'pending deletion' } : {}),
        });
      }
      return keys;
    },
    named: (kit, { name }) => name === `Everything of the kit ${kit}`,
    remove: ({ id }) => `aws kms schedule-key-deletion --pending-window-in-days 7 --key-id ${id}`,
  },
  {
    kind: 'KMS alias',
    list: async (aws) =>
      things(
        (await all(paginateListAliases({ client: new KMSClient(aws) }, {}), (page) => page.Aliases)).map(
          (a) => a.AliasName,
        ),
      ),
    named: (kit, { name }) => name === `alias/${kit}`,
    remove: ({ name }) => `aws kms delete-alias --alias-name ${name}`,
  },
  {
    kind: 'IAM role',
    list: async (aws) => {
      const roles = await all(paginateListRoles({ client: new IAMClient(aws) }, {}), (page) => page.Roles);
      const { cloudwatchRoleArn } = await new APIGatewayClient(aws).send(new GetAccountCommand({}));
      return roles.map(({ RoleName, Arn }) => ({
        name: RoleName!,
        // API Gateway has one role for the logs of every API in the Region.
        ...(Arn === cloudwatchRoleArn ? { apart: 'shared' } : {}),
      }));
    },
    named: generated,
    remove: ({ name }) =>
      `aws iam delete-role --role-name ${name} (its policies first: aws iam list-role-policies, list-attached-role-policies)`,
  },
  {
    kind: 'IAM policy',
    arn: ['iam', 'policy/'],
    list: async (aws) =>
      (
        await all(paginateListPolicies({ client: new IAMClient(aws) }, { Scope: 'Local' }), (page) => page.Policies)
      ).map((p) => ({
        name: p.PolicyName!,
        id: p.Arn!,
      })),
    named: generated,
    remove: ({ id }) => `aws iam delete-policy --policy-arn ${id}`,
  },
  {
    kind: 'Lambda function',
    arn: ['lambda', 'function:'],
    list: async (aws) =>
      things(
        (await all(paginateListFunctions({ client: new LambdaClient(aws) }, {}), (page) => page.Functions)).map(
          (f) => f.FunctionName,
        ),
      ),
    named: generated,
    remove: ({ name }) => `aws lambda delete-function --function-name ${name}`,
  },
  {
    kind: 'Lambda layer',
    arn: ['lambda', 'layer:'],
    list: async (aws) =>
      (await all(paginateListLayers({ client: new LambdaClient(aws) }, {}), (page) => page.Layers)).map((layer) => ({
        name: layer.LayerName!,
        id: String(layer.LatestMatchingVersion?.Version),
      })),
    named: generated,
    remove: ({ name, id }) => `aws lambda delete-layer-version --layer-name ${name} --version-number ${id}`,
  },
  {
    kind: 'state machine',
    arn: ['states', 'stateMachine:'],
    list: async (aws) =>
      (await all(paginateListStateMachines({ client: new SFNClient(aws) }, {}), (page) => page.stateMachines)).map(
        (m) => ({
          name: m.name!,
          id: m.stateMachineArn!,
        }),
      ),
    named: generated,
    remove: ({ id }) => `aws stepfunctions delete-state-machine --state-machine-arn ${id}`,
  },
  {
    kind: 'log group',
    arn: ['logs', 'log-group:'],
    list: async (aws) =>
      (
        await all(paginateDescribeLogGroups({ client: new CloudWatchLogsClient(aws) }, {}), (page) => page.logGroups)
      ).map(({ logGroupName }) => ({
        name: logGroupName!,
        ...(SHARED_LOGS.test(logGroupName!) ? { apart: 'shared' } : {}),
      })),
    named: (kit, { name, apart }) => apart === 'shared' || pathOwns(kit, name),
    remove: ({ name }) => `aws logs delete-log-group --log-group-name ${name}`,
  },
  {
    kind: 'EventBridge rule',
    arn: ['events', 'rule/'],
    list: async (aws) => {
      const client = new EventBridgeClient(aws);
      const rules: Thing[] = [];
      for (let NextToken: string | undefined, first = true; first || NextToken !== undefined; first = false) {
        const page: ListRulesCommandOutput = await client.send(new ListRulesCommand({ NextToken }));
        for (const { Name } of page.Rules ?? [])
          rules.push({ name: Name!, ...(SHARED_RULE.test(Name!) ? { apart: 'shared' } : {}) });
        NextToken = page.NextToken;
      }
      return rules;
    },
    named: (kit, thing) => thing.apart === 'shared' || generated(kit, thing),
    remove: ({ name }) => `aws events remove-targets --rule ${name} --ids … && aws events delete-rule --name ${name}`,
  },
  {
    kind: 'schedule',
    list: async (aws) =>
      (await all(paginateListSchedules({ client: new SchedulerClient(aws) }, {}), (page) => page.Schedules)).map(
        (s) => ({
          name: s.Name!,
          id: s.GroupName!,
        }),
      ),
    named: generated,
    remove: ({ name, id }) => `aws scheduler delete-schedule --name ${name} --group-name ${id}`,
  },
  {
    kind: 'SNS topic',
    arn: ['sns', ''],
    list: async (aws) =>
      (await all(paginateListTopics({ client: new SNSClient(aws) }, {}), (page) => page.Topics)).map(
        ({ TopicArn }) => ({
          name: TopicArn!.split(':').at(-1)!,
          id: TopicArn!,
        }),
      ),
    named: generated,
    remove: ({ id }) => `aws sns delete-topic --topic-arn ${id}`,
  },
  {
    kind: 'SQS queue',
    arn: ['sqs', ''],
    list: async (aws) =>
      (await all(paginateListQueues({ client: new SQSClient(aws) }, {}), (page) => page.QueueUrls)).map((url) => ({
        name: url.split('/').at(-1)!,
        id: url,
      })),
    named: generated,
    remove: ({ id }) => `aws sqs delete-queue --queue-url ${id}`,
  },
  {
    kind: 'SSM parameter',
    arn: ['ssm', 'parameter/'],
    list: async (aws) =>
      things(
        (await all(paginateDescribeParameters({ client: new SSMClient(aws) }, {}), (page) => page.Parameters)).map(
          (p) => p.Name,
        ),
      ),
    named: (kit, { name }) => name.startsWith(`/${kit}/`),
    remove: ({ name }) => `aws ssm delete-parameter --name ${name}`,
  },
  {
    kind: 'alarm',
    arn: ['cloudwatch', 'alarm:'],
    list: async (aws) =>
      (
        await all(
          paginateDescribeAlarms(
            { client: new CloudWatchClient(aws) },
            { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
          ),
          (page) => [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])],
        )
      ).map(({ AlarmName }) => ({ name: AlarmName! })),
    // Target tracking makes alarms of its own beside the kit's.
    named: (kit, { name }) =>
      name.startsWith(`${kit}/`) || name.startsWith(`TargetTracking-endpoint/${kit}/`) || stackOwns(kit, name),
    remove: ({ name }) => `aws cloudwatch delete-alarms --alarm-names ${name}`,
  },
  {
    kind: 'dashboard',
    arn: ['cloudwatch', 'dashboard/'],
    list: async (aws) =>
      things(
        (
          await all(paginateListDashboards({ client: new CloudWatchClient(aws) }, {}), (page) => page.DashboardEntries)
        ).map((d) => d.DashboardName),
      ),
    named: (kit, { name }) => name === kit,
    remove: ({ name }) => `aws cloudwatch delete-dashboards --dashboard-names ${name}`,
  },
  {
    kind: 'REST API',
    arn: ['apigateway', '/restapis/'],
    list: async (aws) =>
      (await all(paginateGetRestApis({ client: new APIGatewayClient(aws) }, {}), (page) => page.items)).map((api) => ({
        name: api.name!,
        id: api.id!,
      })),
    named: (kit, { name }) => name === `${kit}-predictions`,
    remove: ({ id }) => `aws apigateway delete-rest-api --rest-api-id ${id}`,
  },
  {
    kind: 'scalable target',
    arn: ['application-autoscaling', 'scalable-target/'],
    list: async (aws) =>
      (
        await all(
          paginateDescribeScalableTargets(
            { client: new ApplicationAutoScalingClient(aws) },
            { ServiceNamespace: 'sagemaker' },
          ),
          (page) => page.ScalableTargets,
        )
      ).map((target) => ({ name: target.ResourceId!, id: target.ScalableDimension! })),
    named: (kit, { name }) => name.startsWith(`endpoint/${names.endpoint(kit)}/`),
    remove: ({ name, id }) =>
      `aws application-autoscaling deregister-scalable-target --service-namespace sagemaker --resource-id ${name} --scalable-dimension ${id}`,
  },
  {
    kind: 'trail',
    arn: ['cloudtrail', 'trail/'],
    list: async (aws) =>
      (await all(paginateListTrails({ client: new CloudTrailClient(aws) }, {}), (page) => page.Trails)).map(
        (trail) => ({
          name: trail.Name!,
          id: trail.TrailARN!,
        }),
      ),
    named: generated,
    remove: ({ id }) => `aws cloudtrail delete-trail --name ${id}`,
  },
  {
    kind: 'budget',
    list: async (aws) => {
      const { Account } = await new STSClient(aws).send(new GetCallerIdentityCommand({}));
      const client = new BudgetsClient(aws);
      const budgets = await all(paginateDescribeBudgets({ client }, { AccountId: Account }), (page) => page.Budgets);
      return budgets.map(({ BudgetName }) => ({ name: BudgetName!, id: Account! }));
    },
    named: (kit, { name }) => name.startsWith(`${kit}-`) && /^[a-z]{2}(-[a-z]+)+-\d$/.test(name.slice(kit.length + 1)),
    remove: ({ name, id }) => `aws budgets delete-budget --account-id ${id} --budget-name ${name}`,
  },
];
