/** Looks at the account; what it finds is judged in judge.ts. */
import { BudgetsClient, DescribeBudgetsCommand } from '@aws-sdk/client-budgets';
import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import { ListMonitoringSchedulesCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  paginateListAWSDefaultServiceQuotas,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Aws } from '../../operate/deployed-kit';
import { pages } from '../../shared/sdk';
import type { Image, ToldQuota } from './judge';
import type { Need } from './needs';

export async function account(aws: Aws): Promise<{ account: string; principal: string }> {
  const { Account, Arn } = await new STSClient(aws).send(new GetCallerIdentityCommand({}));
  return { account: Account!, principal: Arn! };
}

/** @throws Error of the SDK when no Region is configured */
export const region = (aws: Aws): Promise<string> => new STSClient(aws).config.region();

/** How Budgets refuses a member account of an organization whose payer did not enable it; null where it answers. */
export async function budgetsRefusal(aws: Aws, AccountId: string): Promise<string | null> {
  try {
    await new BudgetsClient(aws).send(new DescribeBudgetsCommand({ AccountId, MaxResults: 1 }));
    return null;
  } catch (error) {
    const { message } = error as Error;
    if (/linked account/.test(message)) return message;
    throw error;
  }
}

/** Whether the registry has the image. @throws Error of ECR where it lets this account not look */
export async function hasImage(aws: Aws, { imageTag, ...repository }: Image): Promise<boolean> {
  const { images } = await new ECRClient(aws).send(
    new BatchGetImageCommand({ ...repository, imageIds: [{ imageTag }] }),
  );
  return (images ?? []).length > 0;
}

/** Version of the CDK's bootstrap stack; null where there is none. */
export async function bootstrapVersion(aws: Aws): Promise<number | null> {
  // The qualifier of every account that nobody bootstrapped under another one.
  const Name = '/cdk-bootstrap/hnb659fds/version';
  try {
    const { Parameter } = await new SSMClient(aws).send(new GetParameterCommand({ Name }));
    return Number(Parameter?.Value);
  } catch (error) {
    if (error instanceof ParameterNotFound) return null;
    throw error;
  }
}

/** Service Quotas of an account. */
export class Quotas {
  private readonly client: ServiceQuotasClient;
  private readonly byName = new Map<string, Promise<Map<string, string>>>();

  constructor(aws: Aws) {
    this.client = new ServiceQuotasClient(aws);
  }

  /** What the account has of it; null where the Region has no quota of that name. */
  async told({ service, name, code }: Need): Promise<ToldQuota | null> {
    const QuotaCode = code ?? (await this.codes(service)).get(name);
    if (QuotaCode === undefined) return null;
    const asked = { ServiceCode: service, QuotaCode };
    const [applied, given] = await Promise.all([
      this.value(() => this.client.send(new GetServiceQuotaCommand(asked))),
      this.value(() => this.client.send(new GetAWSDefaultServiceQuotaCommand(asked))),
    ]);
    return applied === null && given === null ? null : { code: QuotaCode, applied, default: given };
  }

  private async value(ask: () => Promise<{ Quota?: { Value?: number } }>): Promise<number | null> {
    try {
      return (await ask()).Quota?.Value ?? null;
    } catch (error) {
      if (error instanceof NoSuchResourceException) return null;
      throw error;
    }
  }

  /** Codes by name, all pages: a filter of the CLI looks at the first page only. */
  private codes(ServiceCode: string): Promise<Map<string, string>> {
    const listing = this.byName.get(ServiceCode) ?? this.list(ServiceCode);
    this.byName.set(ServiceCode, listing);
    return listing;
  }

  private async list(ServiceCode: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const { Quotas: page } of paginateListAWSDefaultServiceQuotas({ client: this.client }, { ServiceCode }))
      for (const { QuotaName, QuotaCode } of page ?? []) found.set(QuotaName!, QuotaCode!);
    return found;
  }
}

const TAGGED = 'resource-groups-tagging-api:GetResources';

/** ARNs of everything that carries the kit's tag. */
export async function tagged(aws: Aws, kit: string): Promise<string[]> {
  const filter = { TagFilters: [{ Key: 'kit', Values: [kit] }] };
  const found: string[] = [];
  for await (const { ResourceARN } of pages(aws, TAGGED, filter, ['ResourceTagMappingList'])) found.push(ResourceARN);
  return found;
}

/** Whether Model Monitor was ever used here. An empty list proves nothing: only a create call is refused. */
export async function hasSchedules(aws: Aws): Promise<boolean> {
  const { MonitoringScheduleSummaries } = await new SageMakerClient(aws).send(
    new ListMonitoringSchedulesCommand({ MaxResults: 1 }),
  );
  return (MonitoringScheduleSummaries ?? []).length > 0;
}
