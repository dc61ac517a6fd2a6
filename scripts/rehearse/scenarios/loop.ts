/** Scenario `loop`: the shortest run in which every role of the lifecycle is at work. */
import { addDays } from '../../../lib/shared/days';
import { partitionOf } from '../../operate/days';
import type { Scenario } from '../scenario';
import { begin, live, Partitions } from '../story';

export const loop: Scenario = {
  name: 'loop',
  title: 'the loop once, with one window of the history itself',
  async play(stage) {
    const end = await begin(stage);
    const window = { start: addDays(end, -stage.config.monitoring.windowDays), end };
    const { status, records } = await live(
      stage,
      window,
      new Partitions(stage, stage.story.history, partitionOf(stage.kit.dataset, window.start)),
      'hour',
    );
    return `window ${window.start} to ${window.end}: ${status}, ${records} records`;
  },
};
