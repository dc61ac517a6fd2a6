import { priceList } from '../facts';
import type { CostLine } from './types';

/** What is billed, before its price is looked up. */
export type Charge = Pick<CostLine, 'stack' | 'resource' | 'what' | 'price' | 'units'>;

/** What a resource is billed for: the item as text for people, the key of its price, and how many units. */
export const charge = (
  { stack, id }: Pick<CostLine, 'stack'> & { id: string },
  ...items: [what: string, price: string, units: number][]
): Charge[] => items.map(([what, price, units]) => ({ stack, resource: id, what, price, units }));

/** A line for each charge that has a price. */
export const priced = (charges: readonly Charge[]): CostLine[] =>
  charges.flatMap((each) => {
    const known = priceList.prices[each.price];
    if (known === undefined) return [];
    return [{ ...each, per: known.per, usd: each.units * known.usd, pricedOn: known.checkedOn }];
  });

/** The others, each once: `stack/id: price`. */
export const unpriced = (charges: readonly Charge[]): string[] => {
  const lacking = charges.filter(({ price }) => priceList.prices[price] === undefined);
  return [...new Set(lacking.map(({ stack, resource, price }) => `${stack}/${resource}: ${price}`))];
};

export const total = (lines: readonly { usd: number }[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);
