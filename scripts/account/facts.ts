/** Dated facts about AWS: prices, quotas and availability, each with its source. */
import prices from '../../facts/prices.json';
import quotas from '../../facts/quotas.json';
import serviceStatus from '../../facts/service-status.json';

interface Fact {
  /** Its reliability; `recalled` means that it was not looked up. */
  evidence: 'documentation' | 'observed' | 'secondary' | 'recalled';
  source: string;
  /** Day of the last check, `YYYY-MM-DD`. */
  checkedOn: string;
}

/** A feature closed to new customers (`closed`) or to everybody (`retired`), with the patterns that use it in a template or request. */
export interface ClosedFeature extends Fact {
  feature: string;
  status: 'closed' | 'retired';
  /** First day on which new customers are refused; null when unpublished. */
  since: string | null;
  instead: string;
  uses: {
    resourceTypes?: string[];
    /** `service:Operation`. */
    operations?: string[];
    /** Fields of a request or a resource, at any depth. */
    requestFields?: string[];
    imageRepositories?: string[];
    /** Values of a property that are refused; `*` is any value. */
    values?: { resourceType: string; property: string; values: string[] }[];
  };
}

interface Quota extends Fact {
  /** Service code of Service Quotas. */
  service: string;
  name: string;
  /** `L-…`; null when only the name is published. */
  code: string | null;
  /** Value of `GetAWSDefaultServiceQuota`. */
  default: number;
  /** Value in a new account, when it is lower. */
  newAccount?: number;
  unit: string;
}

interface Price extends Fact {
  usd: number;
  per: string;
  note?: string;
}

export const closedFeatures = serviceStatus.services as ClosedFeature[];
/** The message of the ValidationException for a new customer. */
export const refusal: string = serviceStatus.refusal;

/** Quotas of a new account in us-east-1. */
export const knownQuotas = quotas.quotas as Quota[];
/** `{type} for … usage`: quotas of a new account for instance types that `knownQuotas` does not list. */
export const quotaFamilies = quotas.families as (Omit<Quota, 'code' | 'newAccount'> & { name: string })[];

export const priceList = prices as { region: string; currency: string; prices: Record<string, Price> };
