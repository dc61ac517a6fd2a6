/** Scenario `loop`: the shortest run that uses every role of the lifecycle. */
import { addDays } from '../../../lib/shared/days';
import { partitionOf } from '../../operate/days';
import { lineageOf } from '../../operate/lineage';
import { expect, type Scenario } from '../scenario';
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
    const { record, releases, windows } = await lineageOf(stage.kit, 1);
    expect(
      releases.length > 0 && windows.length > 0,
      `the lineage of version 1 has ${releases.length} releases and ${windows.length} windows: one of each came of it`,
    );
    const { partitions, labels } = record.data;
    const raw = new Set(partitions.flatMap(({ files }) => files.map(({ key }) => key))).size;
    return `window ${window.start} to ${window.end}: ${status}, ${records} records; version 1 is made of ${raw} raw files and ${labels.length} of labels`;
  },
};
