/** Types that one list does not tell enough of. */
import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import {
  BudgetsClient,
  paginateDescribeBudgets,
  paginateDescribeNotificationsForBudget,
  paginateDescribeSubscribersForNotification,
} from '@aws-sdk/client-budgets';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient, paginateListKeys } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Aws } from '../../operate/deployed-kit';
import { budgetsRefusal } from '../doctor/look';
import type { Thing } from './list';
import { stackOwns } from './owner';

export const apart: Record<string, (aws: Aws, kit: string) => Promise<Thing[]>> = {
  'AWS::KMS::Key': keys,
  'AWS::IAM::Role': roles,
  'AWS::Budgets::Budget': budgets,
};

/** Keys by their description. */
async function keys(aws: Aws): Promise<Thing[]> {
  const client = new KMSClient(aws);
  const found: Thing[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client }, {}))
    for (const { KeyId } of Keys) {
      const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId })).catch((error: Error) => {
        // The policy of the kit's key admits the account: one that refuses its administrator is somebody else's.
        if (error.name === 'AccessDeniedException') return { KeyMetadata: undefined };
        throw error;
      });
      found.push({
        name: KeyMetadata?.Description ?? '',
        id: KeyId,
        ...(KeyMetadata?.KeyState === 'PendingDeletion' ? { apart: 'pending deletion' } : {}),
      });
    }
  return found;
}

async function roles(aws: Aws): Promise<Thing[]> {
  // API Gateway has one role for the logs of every API in the Region.
  const { cloudwatchRoleArn } = await new APIGatewayClient(aws).send(new GetAccountCommand({}));
  const found: Thing[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client: new IAMClient(aws) }, {}))
    for (const { RoleName, Arn } of Roles)
      found.push({ name: RoleName!, ...(Arn === cloudwatchRoleArn ? { apart: 'shared' } : {}) });
  return found;
}

/** The kit's budgets: a subscriber's address says whose each is. */
async function budgets(aws: Aws, kit: string): Promise<Thing[]> {
  const { Account: AccountId } = await new STSClient(aws).send(new GetCallerIdentityCommand({}));
  // An account that may have no budgets has none.
  if ((await budgetsRefusal(aws, AccountId!)) !== null) return [];
  const client = new BudgetsClient(aws);
  const subscribed = async (BudgetName: string) => {
    const budget = { AccountId, BudgetName };
    for await (const { Notifications = [] } of paginateDescribeNotificationsForBudget({ client }, budget))
      for (const Notification of Notifications)
        for await (const { Subscribers = [] } of paginateDescribeSubscribersForNotification(
          { client },
          { ...budget, Notification },
        ))
          if (Subscribers.some(({ Address = '' }) => stackOwns(kit, Address.split(':').at(-1)!))) return true;
    return false;
  };
  const found: Thing[] = [];
  for await (const { Budgets = [] } of paginateDescribeBudgets({ client }, { AccountId }))
    for (const { BudgetName } of Budgets)
      if (await subscribed(BudgetName!)) found.push({ name: BudgetName!, id: AccountId! });
  return found;
}
