import { priceList } from '../facts';
import type { CostLine } from './types';

export type Place = Pick<CostLine, 'stack'> & { id: string };

/** Prices units, and collects resources without a price. */
export class Tariff {
  /** `stack/id: price`. */
  readonly unpriced = new Set<string>();

  /** `units` of a price as a line; none when the price is missing. */
  charge({ stack, id }: Place, what: string, price: string, units: number): CostLine[] {
    const known = priceList.prices[price];
    if (known === undefined) {
      this.unpriced.add(`${stack}/${id}: ${price}`);
      return [];
    }
    const { usd, per, checkedOn } = known;
    return [{ stack, resource: id, what, price, units, per, usd: units * usd, pricedOn: checkedOn }];
  }
}

export const total = (lines: readonly { usd: number }[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);
