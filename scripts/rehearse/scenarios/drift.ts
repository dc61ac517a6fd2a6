import { statuses } from '../../../lib/monitoring/room';
import { addDays } from '../../../lib/shared/days';
import { endOf, windowsOf } from '../../operate/days';
import { expect, type Scenario } from '../scenario';
import { announced, begin, follow, live, Partitions, trained } from '../story';

export const drift: Scenario = {
  name: 'drift',
  title: 'a history, the following drifts with their retrainings, and a calm period',
  async play(stage) {
    const { history } = stage.story;
    const partitions = new Partitions(stage, history, stage.through);
    const start = await begin(stage, {
      meanwhile: () =>
        void partitions.land({ start: history.end, end: addDays(history.end, 7) }).catch(() => undefined),
    });
    const windows = windowsOf({ start, end: endOf(stage.through) }, stage.config.monitoring.windowDays);
    for (const window of announced(windows, stage.out)) {
      const { confirmed, status } = await live(stage, window, partitions);
      // Only these two statuses reach the guard; a first violation needs its confirmation.
      if (confirmed || status === statuses.completed) await follow(stage, window);
    }
    // The last training is started by a person without a cause, so that the gate alone decides.
    const last = windows.at(-1) ?? { end: start };
    const { outcome } = await trained(stage, { mode: 'train', dataThrough: last.end });
    const { monitor, releases } = stage.seen;
    const retrained = releases.filter(({ trigger, outcome }) => trigger === 'drift' && outcome === 'released');
    expect(monitor.length === windows.length, `${windows.length} windows were replayed, ${monitor.length} monitored`);
    const confirmations = monitor.filter(({ confirmed }) => confirmed).length;
    return `${windows.length} windows, ${confirmations} with confirmed violations; released after drift: ${retrained.map(({ version }) => `version ${version}`).join(', ') || 'none'}; trained without a cause at the end: ${outcome}`;
  },
};
