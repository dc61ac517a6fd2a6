import type { StackName } from '../../../lib/rooms';

/** One amount: how many units of what price, and where in the templates they come from. */
export interface CostLine {
  stack: StackName;
  /** Logical id of the resource, with `/State` for a job that a state of its machine starts. */
  resource: string;
  /** What is billed, for people. */
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

/** What one use of the kit costs, e.g. a run of Prepare. */
export interface RunCost {
  run: string;
  usd: number;
  lines: CostLine[];
}

export interface Estimate {
  kit: string;
  profile: string;
  region: string;
  /** While the kit exists and nobody uses it; free tier ignored. */
  idle: { usdPerDay: number; usdPerMonth: number; lines: CostLine[] };
  runs: RunCost[];
  /** Seven months with drifts in them: `npm run rehearse -- --scenario drift`, on AWS. */
  story: { usd: number; parts: { run: string; times: number; usd: number }[] };
  /** What the figures take for granted. */
  assumptions: { name: string; value: number; unit: string; why: string }[];
  /** Resource types that nobody has put a price on, `stack/LogicalId (type)`. */
  unpriced: string[];
}
