import type { Out } from '../../shared/out';
import { total } from './tariff';
import type { CostLine, Estimate } from './types';

/** Amounts below a tenth of a cent keep their first significant digit. */
export const usd = (amount: number): string =>
  amount === 0 || amount >= 0.001 ? amount.toFixed(amount < 1 ? 3 : 2) : amount.toPrecision(1);

export function printEstimate(estimate: Estimate, out: Out): void {
  for (const line of lines(estimate)) out.line(line);
}

function* lines({ kit, profile, region, idle, runs, story, unpriced }: Estimate): Generator<string> {
  yield `${kit}, profile ${profile}, USD, list prices of ${region} without free tier`;
  yield '';
  yield `while it exists  ${usd(idle.usdPerDay)} per day, ${usd(idle.usdPerMonth)} per month`;
  yield* byStack(idle.lines);
  for (const run of runs) {
    yield '';
    yield `${run.run}  ${usd(run.usd)}`;
    yield* byStack(run.lines);
  }
  yield '';
  yield `a drift story  ${usd(story.usd)}`;
  for (const { run, times, usd: amount } of story.parts)
    yield `  ${usd(amount).padStart(8)}  ${Number(times.toFixed(1))} x ${run}`;
  for (const what of unpriced) yield `unpriced  ${what}`;
  yield '';
  yield 'Durations and volumes are assumptions: --json lists them, with the day each price was last looked up.';
}

/** Lines under half a tenth of a cent are summed; --json lists them. */
function* byStack(all: CostLine[]): Generator<string> {
  for (const stack of new Set(all.map((line) => line.stack))) {
    const of = all.filter((line) => line.stack === stack);
    yield `  ${usd(total(of)).padStart(8)}  ${stack}`;
    const shown = of.filter((line) => line.usd >= 0.0005).sort((a, b) => b.usd - a.usd);
    for (const { usd: amount, what, resource, pricedOn } of shown)
      yield `  ${usd(amount).padStart(8)}    ${what} (${resource}, ${pricedOn})`;
    const small = of.filter((line) => line.usd < 0.0005);
    if (small.length > 0) yield `  ${usd(total(small)).padStart(8)}    ${small.length} smaller`;
  }
}
