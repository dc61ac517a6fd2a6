/** Kinds that keep the kit together: stacks, keys, roles, functions, machines. */
import { APIGatewayClient, GetAccountCommand, paginateGetRestApis } from '@aws-sdk/client-api-gateway';
import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import {
  BudgetsClient,
  paginateDescribeBudgets,
  paginateDescribeNotificationsForBudget,
  paginateDescribeSubscribersForNotification,
} from '@aws-sdk/client-budgets';
import { CloudFormationClient, paginateListStacks } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient, paginateListTrails } from '@aws-sdk/client-cloudtrail';
import { IAMClient, paginateListPolicies, paginateListRoles } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient, paginateListAliases, paginateListKeys } from '@aws-sdk/client-kms';
import { LambdaClient, paginateListFunctions, paginateListLayers } from '@aws-sdk/client-lambda';
import { paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { budgetsRefusal } from '../doctor/look';
import { all, type Kind, type Thing, things } from './kind';
import { stackOwns } from './owner';
import { names } from '../../../lib/shared/names';

const generated = (kit: string, { name }: Thing) => stackOwns(kit, name);

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
        const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId })).catch((error: Error) => {
          // The policy of the kit's key admits the account: one that refuses its administrator is somebody else's.
          if (error.name === 'AccessDeniedException') return { KeyMetadata: undefined };
          throw error;
        });
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
    // CloudFormation names it after nothing of the kit: whose it is, its subscriber tells.
    list: async (aws, kit) => {
      const { Account: AccountId } = await new STSClient(aws).send(new GetCallerIdentityCommand({}));
      // Who may have none has none.
      if ((await budgetsRefusal(aws, AccountId!)) !== null) return [];
      const client = new BudgetsClient(aws);
      const found: Thing[] = [];
      for (const { BudgetName } of await all(
        paginateDescribeBudgets({ client }, { AccountId }),
        (page) => page.Budgets,
      )) {
        const budget = { AccountId, BudgetName };
        const notifications = await all(
          paginateDescribeNotificationsForBudget({ client }, budget),
          (page) => page.Notifications,
        );
        for (const Notification of notifications) {
          const subscribers = await all(
            paginateDescribeSubscribersForNotification({ client }, { ...budget, Notification }),
            (page) => page.Subscribers,
          );
          if (subscribers.some(({ Address = '' }) => stackOwns(kit, Address.split(':').at(-1)!))) {
            found.push({ name: BudgetName!, id: AccountId! });
            break;
          }
        }
      }
      return found;
    },
    named: () => true,
    remove: ({ name, id }) => `aws budgets delete-budget --account-id ${id} --budget-name ${name}`,
  },
];
