import type { Config } from '../../../lib/config';
import { priceList } from '../facts';
import { resources, type Templates } from '../../shared/templates';
import { assumptions, DAYS_PER_MONTH } from './assumptions';
import { idleCharges } from './idle';
import { runCharges, story } from './runs';
import { priced, total, unpriced } from './tariff';
import type { Estimate } from './types';

export type { CostLine, Estimate } from './types';
export { printEstimate } from './print';

/** The cost of a configuration, from its templates and the dated prices. */
export function estimate(config: Config, templates: Templates): Estimate {
  const idle = idleCharges(templates);
  const used = runCharges(templates, config.training.tuning);
  const lines = priced(idle.charges);
  const usdPerDay = total(lines);
  const runs = used.map(({ run, charges }) => {
    const of = priced(charges);
    return { run, usd: total(of), lines: of };
  });
  return {
    kit: config.kit,
    profile: config.profile,
    region: priceList.region,
    idle: { usdPerDay, usdPerMonth: usdPerDay * DAYS_PER_MONTH, lines },
    runs,
    story: story(runs),
    assumptions: Object.entries(assumptions).map(([name, assumption]) => ({ name, ...assumption })),
    unpriced: [
      ...idle.unclassified,
      ...unpriced([...idle.charges, ...used.flatMap(({ charges }) => charges)]),
      ...unpricedMachines(templates, runs),
    ],
  };
}

/** A state machine is priced by its runs, so one without a priced run would be left out. */
function unpricedMachines(templates: Templates, runs: Estimate['runs']): string[] {
  const billed = new Set(runs.flatMap(({ lines }) => lines.map(({ stack, resource }) => `${stack}/${resource}`)));
  return resources(templates)
    .filter(({ type, stack, id }) => type === 'AWS::StepFunctions::StateMachine' && !billed.has(`${stack}/${id}`))
    .map(({ stack, id }) => `${stack}/${id}: a state machine that no run of scripts/account/cost/runs.ts prices`);
}

/** One idle month and one drift story: the amount that `--max-usd` and the budget check use. */
export const firstMonth = ({ idle, story: told }: Estimate): number => idle.usdPerMonth + told.usd;
