/** Collects findings from the account; judge.ts judges them. */
import { STSClient } from '@aws-sdk/client-sts';
import type { Aws } from '../../operate/deployed-kit';
import { call, listAll } from '../../shared/sdk';
import type { Json } from '../../shared/templates';
import type { Image, ToldQuota } from './judge';
import type { Need } from './needs';

export async function account(aws: Aws): Promise<{ account: string; principal: string }> {
  const { Account, Arn } = await call(aws, 'sts:GetCallerIdentity', {});
  return { account: Account, principal: Arn };
}

/** @throws Error of the SDK when no Region is configured */
export const region = (aws: Aws): Promise<string> => new STSClient(aws).config.region();

/** The error of Budgets in a member account of an organization whose payer did not enable it; null otherwise. */
export async function budgetsRefusal(aws: Aws, AccountId: string): Promise<string | null> {
  try {
    await call(aws, 'budgets:DescribeBudgets', { AccountId, MaxResults: 1 });
    return null;
  } catch (error) {
    const { message } = error as Error;
    if (/linked account/.test(message)) return message;
    throw error;
  }
}

/** Whether the registry has the image. @throws Error of ECR when this account has no access */
export async function hasImage(aws: Aws, { imageTag, ...repository }: Image): Promise<boolean> {
  const { images } = await call(aws, 'ecr:BatchGetImage', { ...repository, imageIds: [{ imageTag }] });
  return (images ?? []).length > 0;
}

/** Version of the CDK's bootstrap stack; null when it does not exist. */
export async function bootstrapVersion(aws: Aws): Promise<number | null> {
  // The default qualifier of bootstrapped accounts.
  const Name = '/cdk-bootstrap/hnb659fds/version';
  const found = await unless('ParameterNotFound', call(aws, 'ssm:GetParameter', { Name }));
  return found === null ? null : Number(found.Parameter.Value);
}

/** The answer of a call; null when it ends in an error of this name. */
const unless = (name: string, answer: Promise<Json>): Promise<Json> =>
  answer.catch((error: Error) => {
    if (error.name === name) return null;
    throw error;
  });

export class Quotas {
  private readonly byName = new Map<string, Promise<Map<string, string>>>();

  constructor(private readonly aws: Aws) {}

  /** The account's value of a quota; null when the Region has no quota of that name. */
  async told({ service, name, code }: Need): Promise<ToldQuota | null> {
    const QuotaCode = code ?? (await this.codes(service)).get(name);
    if (QuotaCode === undefined) return null;
    const asked = { ServiceCode: service, QuotaCode };
    const [applied, given] = await Promise.all([
      this.value('GetServiceQuota', asked),
      this.value('GetAWSDefaultServiceQuota', asked),
    ]);
    return applied === null && given === null ? null : { code: QuotaCode, applied, default: given };
  }

  private async value(operation: string, asked: object): Promise<number | null> {
    const found = await unless('NoSuchResourceException', call(this.aws, `service-quotas:${operation}`, asked));
    return found?.Quota?.Value ?? null;
  }

  /** Codes by name from all pages, because a filter of the CLI applies to the first page only. */
  private codes(ServiceCode: string): Promise<Map<string, string>> {
    const listing = this.byName.get(ServiceCode) ?? this.list(ServiceCode);
    this.byName.set(ServiceCode, listing);
    return listing;
  }

  private async list(ServiceCode: string): Promise<Map<string, string>> {
    const listed = await listAll(this.aws, 'service-quotas:ListAWSDefaultServiceQuotas', { ServiceCode }, ['Quotas']);
    return new Map(listed.map(({ QuotaName, QuotaCode }) => [QuotaName, QuotaCode]));
  }
}

const TAGGED = 'resource-groups-tagging-api:GetResources';

/** ARNs of everything that carries the kit's tag. */
export async function tagged(aws: Aws, kit: string): Promise<string[]> {
  const filter = { TagFilters: [{ Key: 'kit', Values: [kit] }] };
  const found = await listAll(aws, TAGGED, filter, ['ResourceTagMappingList']);
  return found.map(({ ResourceARN }) => ResourceARN);
}

/** Whether Model Monitor was ever used here. An empty list is no proof, because only create calls are refused. */
export async function hasSchedules(aws: Aws): Promise<boolean> {
  const { MonitoringScheduleSummaries } = await call(aws, 'sagemaker:ListMonitoringSchedules', { MaxResults: 1 });
  return (MonitoringScheduleSummaries ?? []).length > 0;
}
