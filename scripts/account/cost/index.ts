import type { Config } from '../../../lib/config';
import { priceList } from '../facts';
import type { Templates } from '../../shared/templates';
import { assumptions, DAYS_PER_MONTH } from './assumptions';
import { idleLines } from './idle';
import { runCosts, story } from './runs';
import { Tariff, total } from './tariff';
import type { Estimate } from './types';

export type { CostLine, Estimate, RunCost } from './types';
export { printEstimate } from './print';

/** What a configuration costs, from its templates and the dated prices. */
export function estimate(config: Config, templates: Templates): Estimate {
  const tariff = new Tariff();
  const { lines, unclassified } = idleLines(templates, tariff);
  const runs = runCosts(templates, config.training.tuning, tariff);
  const usdPerDay = total(lines);
  return {
    kit: config.kit,
    profile: config.profile,
    region: priceList.region,
    idle: { usdPerDay, usdPerMonth: usdPerDay * DAYS_PER_MONTH, lines },
    runs,
    story: story(runs),
    assumptions: Object.entries(assumptions).map(([name, assumption]) => ({ name, ...assumption })),
    unpriced: [...unclassified, ...tariff.unpriced],
  };
}

/** A month idle and one drift story: what `--max-usd` and the check of the budget look at. */
export const firstMonth = ({ idle, story: told }: Estimate): number => idle.usdPerMonth + told.usd;
