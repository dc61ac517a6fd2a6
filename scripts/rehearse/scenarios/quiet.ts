import { Refused } from '../../../lib/shared/refused';
import { endOf, windowsOf } from '../../operate/days';
import { decisions } from '../../operate/decisions';
import { expect, type Scenario } from '../scenario';
import { announced, begin, live, Partitions } from '../story';

export const quiet: Scenario = {
  name: 'quiet',
  title: 'held-out windows after a long history: the false-alarm rate of the monitor',
  async play(stage) {
    const { last, quiet } = stage.story;
    if (quiet === undefined)
      throw new Refused(`the story of ${stage.kit.dataset.name} has no long history: add "quiet" to its story.ts`);
    const { history, leastWindows } = quiet;
    const start = await begin(stage, { history });
    const partitions = new Partitions(stage, history, last);
    const windows = windowsOf({ start, end: endOf(last) }, stage.config.monitoring.windowDays);
    for (const window of announced(windows, stage.out)) await live(stage, window, partitions);
    const violating = stage.seen.monitor.filter(({ violations }) => violations.length > 0);
    const started = (await decisions(stage.kit)).find(({ outcome }) => outcome === 'started');
    const rate = `${violating.length} of ${windows.length} held-out windows violate${violating.map(({ window }) => ` ${window.end}`).join(',')}`;
    expect(windows.length >= leastWindows, `${windows.length} windows are fewer than ${leastWindows}`);
    expect(violating.length <= 1, `${rate}; at most one may`);
    expect(started === undefined, `a retraining was started: ${started?.reason}`);
    return `${rate}; no retraining`;
  },
};
