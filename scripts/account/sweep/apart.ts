/** Types that need more than one list operation. */
import type { Aws } from '../../operate/deployed-kit';
import { call, listAll } from '../../shared/sdk';
import { budgetsRefusal } from '../doctor/look';
import type { Thing } from './list';
import { stackOwns } from './owner';

export const apart: Record<string, (aws: Aws, kit: string) => Promise<Thing[]>> = {
  'AWS::KMS::Key': keys,
  'AWS::IAM::Role': roles,
  'AWS::Budgets::Budget': budgets,
};

/** Keys identified by their description. */
async function keys(aws: Aws): Promise<Thing[]> {
  const found: Thing[] = [];
  for (const { KeyId } of await listAll(aws, 'kms:ListKeys', {}, ['Keys'])) {
    const { KeyMetadata } = await call(aws, 'kms:DescribeKey', { KeyId }).catch((error: Error) => {
      // The policy of the kit's key admits the account, so a key that denies its administrator belongs to somebody else.
      if (error.name === 'AccessDeniedException') return {};
      throw error;
    });
    const pending = KeyMetadata?.KeyState === 'PendingDeletion';
    found.push({ name: KeyMetadata?.Description ?? '', id: KeyId, ...(pending ? { apart: 'pending deletion' } : {}) });
  }
  return found;
}

async function roles(aws: Aws): Promise<Thing[]> {
  // API Gateway has one role for the logs of every API in the Region.
  const { cloudwatchRoleArn } = await call(aws, 'api-gateway:GetAccount', {});
  return (await listAll(aws, 'iam:ListRoles', {}, ['Roles'])).map(({ RoleName, Arn }) => ({
    name: RoleName,
    ...(Arn === cloudwatchRoleArn ? { apart: 'shared' } : {}),
  }));
}

/** The kit's budgets, identified by a subscriber's address. */
async function budgets(aws: Aws, kit: string): Promise<Thing[]> {
  const { Account: AccountId } = await call(aws, 'sts:GetCallerIdentity', {});
  // An account without access to Budgets has none.
  if ((await budgetsRefusal(aws, AccountId)) !== null) return [];
  const list = (of: string, input: object, member: string) =>
    listAll(aws, `budgets:Describe${of}`, { AccountId, ...input }, [member]);
  const subscribed = async (BudgetName: string) => {
    for (const Notification of await list('NotificationsForBudget', { BudgetName }, 'Notifications'))
      for (const { Address } of await list('SubscribersForNotification', { BudgetName, Notification }, 'Subscribers'))
        if (stackOwns(kit, Address.split(':').at(-1))) return true;
    return false;
  };
  const found: Thing[] = [];
  for (const { BudgetName } of await list('Budgets', {}, 'Budgets'))
    if (await subscribed(BudgetName)) found.push({ name: BudgetName, id: AccountId });
  return found;
}
