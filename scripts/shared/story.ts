/** What is played with a dataset: `datasets/<name>/story.ts` fills it in. */
import type { DayRange } from '../../lib/shared/days';
import { story as told } from '../../datasets/default/story';

/** Days are UTC. */
export interface Story {
  /** What first models are trained on, unless a scenario says otherwise. Whole partitions. */
  readonly history: DayRange;
  /** Scenario `drift`: the partition that lands last, unless --through says otherwise. */
  readonly through: string;
  /** The partition that may land last. */
  readonly last: string;
  /** Scenario `quiet`: a longer history, and how many whole windows after it there must be at least. */
  readonly quiet: { readonly history: DayRange; readonly leastWindows: number };
}

export const story: Story = told;
