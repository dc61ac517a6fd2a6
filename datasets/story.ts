import type { DayRange } from '../lib/shared/days';

/** A label column, the value from which an event has the outcome, and what its errors cost. */
export interface RareOutcome {
  readonly column: string;
  readonly atLeast: number;
  readonly costs: { readonly falseAlarm: number; readonly miss: number };
}

/** What rehearsals play with a dataset. Days are UTC. */
export interface Story {
  /** What first models are trained on, unless a scenario says otherwise. Whole partitions. */
  readonly history: DayRange;
  /** Scenario `drift`: the partition that lands last, unless --through says otherwise. @default last */
  readonly through?: string;
  /** The partition that may land last. */
  readonly last: string;
  /**
   * Experiments: the history that they are made on, which ends before any drift, and the outcome that counts as rare.
   * @default history, and the target itself
   */
  readonly experiments?: { readonly days: DayRange; readonly rare?: RareOutcome };
  /** Scenario `quiet`: a longer history, and how many whole windows after it there must be at least. @default not played */
  readonly quiet?: { readonly history: DayRange; readonly leastWindows: number };
}
