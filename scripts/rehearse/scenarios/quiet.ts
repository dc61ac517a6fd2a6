import { expect, type Scenario } from '../scenario';
import { announced, begin, decisions, live, Months, windowsOf } from '../story';

/** The longest history that leaves twenty whole weeks of the year to watch: docs/decisions/0009-what-quiet-means.md. */
const MONTHS = ['2013-01', '2013-02', '2013-03', '2013-04', '2013-05', '2013-06', '2013-07'];
const HELD_OUT_END = '2014-01-01';
const LEAST_WINDOWS = 20;

export const quiet: Scenario = {
  name: 'quiet',
  title: 'held-out weeks after seven months: the false-alarm rate of the monitor',
  async play(stage) {
    const start = await begin(stage, { months: MONTHS });
    const months = new Months(stage, MONTHS, '2013-12');
    const windows = windowsOf({ start, end: HELD_OUT_END }, stage.config.monitoring.windowDays);
    for (const window of announced(windows, stage.out)) await live(stage, window, months);
    const violating = stage.seen.monitor.filter(({ violations }) => violations.length > 0);
    const started = (await decisions(stage)).find(({ outcome }) => outcome === 'started');
    const rate = `${violating.length} of ${windows.length} held-out windows violate${violating.map(({ window }) => ` ${window.end}`).join(',')}`;
    expect(windows.length >= LEAST_WINDOWS, `${windows.length} windows are fewer than ${LEAST_WINDOWS}`);
    expect(violating.length <= 1, `${rate}; at most one may`);
    expect(started === undefined, `a retraining was started: ${started?.reason}`);
    return `${rate}; no retraining`;
  },
};
