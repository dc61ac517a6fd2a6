import type { DayRange } from '../lib/shared/days';

/** A label column, the value from which the outcome counts as positive, and the costs of errors. */
export interface RareOutcome {
  readonly column: string;
  readonly atLeast: number;
  readonly costs: { readonly falseAlarm: number; readonly miss: number };
}

/** The days that rehearsals play with a dataset, in UTC. */
export interface Story {
  /** Whole partitions for the training of the first model, unless a scenario overrides them. */
  readonly history: DayRange;
  /** Scenario `drift`: the last partition to land, unless --through is given. @default last */
  readonly through?: string;
  /** The last partition that may land. */
  readonly last: string;
  /**
   * Experiments: their history, which ends before any drift, and the outcome that counts as rare.
   * @default history, and the target itself
   */
  readonly experiments?: { readonly days: DayRange; readonly rare?: RareOutcome };
  /** Scenario `quiet`: a longer history, and the least number of whole windows after it. @default not played */
  readonly quiet?: { readonly history: DayRange; readonly leastWindows: number };
}
