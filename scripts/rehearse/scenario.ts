/** What a scenario is given, and what it must give back. */
import type { Config } from '../../lib/config';
import type { FlightsSource } from '../data/source';
import type { DeployedKit } from '../kit/deployed-kit';
import type { Out } from '../kit/out';
import type { Statement } from './client-role';
import type { Recomputed } from './verify';

/** What the scenario saw through the kit's own commands; verify compares it with the evidence. */
export type Seen = Pick<Recomputed, 'releases' | 'monitor'>;

export interface Stage {
  /** The deployed kit, under the user's role. */
  readonly kit: DeployedKit;
  readonly config: Config;
  readonly source: FlightsSource;
  readonly out: Out;
  readonly seen: Seen;
  /** Last month that lands, `YYYY-MM`. */
  readonly through: string;
}

export interface Scenario {
  readonly title: string;
  /** Statements of the user's role beyond those of every user. @default none */
  readonly extra?: readonly Statement[];
  /** Profile that is deployed. @default sandbox */
  readonly profile?: Config['profile'];
  /** Quotas that the account was granted beyond a new one's, by name. @default none */
  readonly quotas?: Readonly<Record<string, number>>;
  /**
   * What the evidence must hold beyond what the scenario saw itself: only the engine knows which fleet answered a request.
   * @returns one sentence for each expectation that does not hold. @default none
   */
  readonly prove?: (found: Recomputed) => string[];
  /** @returns one sentence that says what was shown. @throws Error when the kit did something else */
  play(stage: Stage): Promise<string>;
}

/** @throws Error with the sentence when `holds` is false */
export function expect(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}
