import { expect, type Scenario } from '../scenario';
import { begin, decisions, HISTORY, live, windowsOf } from '../story';

/** Neither baseline nor thresholds have seen these days (docs/decisions/0001-statistics-fixed-first.md). */
const HELD_OUT = { start: '2013-04-01', end: '2013-09-01' };
const LEAST_WINDOWS = 20;

export const quiet: Scenario = {
  title: 'held-out weeks: the false-alarm rate of the monitor',
  async play(stage) {
    await begin(stage);
    const landed = new Set<string>(HISTORY);
    const windows = windowsOf(HELD_OUT, stage.config.monitoring.windowDays);
    for (const window of windows) await live(stage, window, landed);
    const violating = stage.seen.monitor.filter(({ violations }) => violations.length > 0);
    const started = (await decisions(stage)).find(({ outcome }) => outcome === 'started');
    const rate = `${violating.length} of ${windows.length} held-out windows violate${violating.map(({ window }) => ` ${window.end}`).join(',')}`;
    expect(windows.length >= LEAST_WINDOWS, `${windows.length} windows are fewer than ${LEAST_WINDOWS}`);
    expect(violating.length <= 1, `${rate}; at most one may`);
    expect(started === undefined, `a retraining was started: ${started?.reason}`);
    return `${rate}; no retraining`;
  },
};
