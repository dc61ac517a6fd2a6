/** What a scenario is given, and what it must give back. */
import type { Config } from '../../lib/config';
import type { Deployment } from '../account/deploy';
import type { DataSource } from '../../datasets/data-source';
import type { Story } from '../../datasets/story';
import type { DeployedKit } from '../operate/deployed-kit';
import type { Out } from '../shared/out';
import type { Statement } from './client-role';
import type { Target } from './engine';
import type { Timed } from './timings';
import type { Recomputed } from './verify';

/** What the scenario saw through the kit's own commands; verify compares it with the evidence. */
export type Seen = Pick<Recomputed, 'releases' | 'monitor'>;

export interface Stage {
  /** The deployed kit, under the user's role. */
  readonly kit: DeployedKit;
  readonly config: Config;
  readonly source: DataSource;
  readonly out: Out;
  readonly seen: Seen;
  /** Keeps the time of a part of the play in the run's folder. */
  readonly timed: Timed;
  /** The days that the dataset is played with. */
  readonly story: Story;
  /** The partition that lands last. */
  readonly through: string;
}

/** The emulated account as its root operates it, with the folder of the synthesized app, what was laid over its profile, and the log of the deployment. */
export type Ground = Deployment & { aws: Target; config: Record<string, unknown> };

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What is done to the account before the kit comes up. @default nothing */
  before?(ground: Ground): Promise<unknown>;
  /** What an operator does after the play, whose evidence is kept then. @returns what was shown. @default nothing */
  after?(ground: Ground): Promise<string>;
  /** What is done to the account when the kit is gone and swept. @returns what was shown. @default nothing */
  swept?(ground: Ground): Promise<string>;
  /** Statements of the user's role beyond those of every user. @default none */
  readonly extra?: readonly Statement[];
  /** Profile that is deployed. @default sandbox */
  readonly profile?: Config['profile'];
  /** Laid over the profile, below `--config`. @default nothing */
  readonly config?: Record<string, unknown>;
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
