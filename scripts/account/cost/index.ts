import type { Config } from '../../../lib/config';
import { priceList } from '../facts';
import { resources, type Templates } from '../../shared/templates';
import { assumptions, DAYS_PER_MONTH } from './assumptions';
import { idleLines } from './idle';
import { runCosts, story } from './runs';
import { Tariff, total } from './tariff';
import type { Estimate, RunCost } from './types';

export type { CostLine, Estimate, RunCost } from './types';
export { printEstimate } from './print';

/** The cost of a configuration, from its templates and the dated prices. */
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
    unpriced: [...unclassified, ...tariff.unpriced, ...unpricedMachines(templates, runs)],
  };
}

/** A state machine is priced by its runs, so one without a priced run would be left out. */
function unpricedMachines(templates: Templates, runs: readonly RunCost[]): string[] {
  const priced = new Set(runs.flatMap(({ lines }) => lines.map(({ stack, resource }) => `${stack}/${resource}`)));
  return resources(templates)
    .filter(({ type, stack, id }) => type === 'AWS::StepFunctions::StateMachine' && !priced.has(`${stack}/${id}`))
    .map(({ stack, id }) => `${stack}/${id}: a state machine that no run of scripts/account/cost/runs.ts prices`);
}

/** One idle month and one drift story: the amount that `--max-usd` and the budget check use. */
export const firstMonth = ({ idle, story: told }: Estimate): number => idle.usdPerMonth + told.usd;
