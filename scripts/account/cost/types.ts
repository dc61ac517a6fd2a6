import type { StackName } from '../../../lib/rooms';

/** One amount: units, price, and origin in the templates. */
export interface CostLine {
  stack: StackName;
  /** Logical id of the resource, with `/State` for a job that its machine starts. */
  resource: string;
  /** The billed item, as text for people. */
  what: string;
  /** Key of facts/prices.json. */
  price: string;
  units: number;
  /** Unit of `units`, e.g. `instance-hour`. */
  per: string;
  usd: number;
  /** Day the price was last looked up. */
  pricedOn: string;
}

export interface Estimate {
  kit: string;
  profile: string;
  region: string;
  /** The cost of the deployed kit without use, free tier ignored. */
  idle: { usdPerDay: number; usdPerMonth: number; lines: CostLine[] };
  /** The cost of one use of the kit, e.g. a run of Prepare. */
  runs: { run: string; usd: number; lines: CostLine[] }[];
  /** Seven months with drifts in them: `npm run rehearse -- --scenario drift`, on AWS. */
  story: { usd: number; parts: { run: string; times: number; usd: number }[] };
  /** Assumptions behind the figures. */
  assumptions: { name: string; value: number; unit: string; why: string }[];
  /** Resource types without a price, `stack/LogicalId (type)`. */
  unpriced: string[];
}
