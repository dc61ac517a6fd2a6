/** Input and output of a scenario. */
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

/** Results seen through the kit's own commands; verify compares them with the evidence. */
export type Seen = Pick<Recomputed, 'releases' | 'monitor'>;

export interface Stage {
  /** The deployed kit, under the user's role. */
  readonly kit: DeployedKit;
  readonly config: Config;
  readonly source: DataSource;
  readonly out: Out;
  readonly seen: Seen;
  /** Stores the duration of a part in the run's folder. */
  readonly timed: Timed;
  /** The days that rehearsals play with the dataset. */
  readonly story: Story;
  /** The last partition to land. */
  readonly through: string;
}

/** The emulated account under its root, with the synthesized app, the overrides of its profile, and the deployment's log. */
export type Ground = Deployment & { aws: Target; config: Record<string, unknown> };

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Changes of the account before the kit is deployed. @default none */
  before?(ground: Ground): Promise<unknown>;
  /** Actions of an operator after the play, before evidence is stored. @returns the shown fact. @default none */
  after?(ground: Ground): Promise<string>;
  /** Actions after the kit is removed and swept. @returns the shown fact. @default none */
  swept?(ground: Ground): Promise<string>;
  /** Permissions of the user's role beyond those of every user. @default none */
  readonly extra?: readonly Statement[];
  /** Deployed profile. @default sandbox */
  readonly profile?: Config['profile'];
  /** Overrides of the profile, below `--config`. @default none */
  readonly config?: Record<string, unknown>;
  /** Granted quotas by name, beyond those of a new account. @default none */
  readonly quotas?: Readonly<Record<string, number>>;
  /**
   * Expectations of the evidence beyond the scenario's own observations: only the engine records which fleet answered a request.
   * @returns one sentence for each violated expectation. @default none
   */
  readonly prove?: (found: Recomputed) => string[];
  /** @returns one sentence with the shown fact. @throws Error when the kit behaved differently */
  play(stage: Stage): Promise<string>;
}

/** @throws Error with the sentence when `holds` is false */
export function expect(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

/** The message of an expected failure, or `instead` where nothing failed. */
export const messageOf = (asked: Promise<unknown>, instead: string): Promise<string> =>
  asked.then(
    () => instead,
    (error: Error) => error.message,
  );
