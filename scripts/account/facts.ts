/** What AWS offers a new account and asks for it, each fact with its source and the day it was last looked up. */
import prices from '../../facts/prices.json';
import quotas from '../../facts/quotas.json';
import serviceStatus from '../../facts/service-status.json';

/** How far a fact may be trusted; `recalled` was not looked up. */
export type Evidence = 'documentation' | 'observed' | 'secondary' | 'recalled';

interface Fact {
  evidence: Evidence;
  source: string;
  /** Day of the last look, `YYYY-MM-DD`. */
  checkedOn: string;
}

/** Something closed to new customers (`closed`) or to everybody (`retired`), and what in a template or request meets it. */
export interface ClosedFeature extends Fact {
  feature: string;
  status: 'closed' | 'retired';
  /** First day on which a new customer is refused; null where nobody wrote it down. */
  since: string | null;
  instead: string;
  uses: {
    /** CloudFormation types. */
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

export interface Quota extends Fact {
  /** Service code of Service Quotas. */
  service: string;
  name: string;
  /** `L-…`; null where only the name is known. */
  code: string | null;
  /** What `GetAWSDefaultServiceQuota` answers. */
  default: number;
  /** What a new account is given, where that is less. */
  newAccount?: number;
  unit: string;
}

export interface Price extends Fact {
  usd: number;
  /** The unit that `usd` buys one of. */
  per: string;
  note?: string;
}

export const closedFeatures = serviceStatus.services as ClosedFeature[];
/** The sentence of the ValidationException that a new customer gets. */
export const refusal: string = serviceStatus.refusal;

/** Quotas of a new account in us-east-1. */
export const knownQuotas = quotas.quotas as Quota[];
/** `{type} for … usage`: what a new account has of an instance type that `knownQuotas` does not name. */
export const quotaFamilies = quotas.families as (Omit<Quota, 'code' | 'newAccount'> & { name: string })[];

export const priceList: { region: string; currency: string; prices: Record<string, Price> } = {
  region: prices.region,
  currency: prices.currency,
  prices: prices.prices as Record<string, Price>,
};
