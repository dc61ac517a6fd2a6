import type { DayRange } from '../lib/shared/days';

/** What rehearsals play with a dataset. Days are UTC. */
export interface Story {
  /** What first models are trained on, unless a scenario says otherwise. Whole partitions. */
  readonly history: DayRange;
  /** Scenario `drift`: the partition that lands last, unless --through says otherwise. @default last */
  readonly through?: string;
  /** The partition that may land last. */
  readonly last: string;
  /** Scenario `quiet`: a longer history, and how many whole windows after it there must be at least. @default not played */
  readonly quiet?: { readonly history: DayRange; readonly leastWindows: number };
}
