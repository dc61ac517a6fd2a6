/** The days of 2013 that rehearsals play. */
import type { Story } from '../story';

export const story: Story = {
  history: { start: '2013-01-01', end: '2013-04-01' },
  // July includes two retrainings, for the drifts of spring and summer, and the calm after them.
  through: '2013-07',
  last: '2013-12',
  experiments: {
    days: { start: '2013-01-01', end: '2013-05-01' },
    // Three hours late or more; a miss costs four hours, the mean wait of a passenger who was not warned.
    rare: { column: 'arrival_delay_minutes', atLeast: 180, costs: { falseAlarm: 15, miss: 240 } },
  },
  // The longest history that leaves twenty whole weeks to monitor: docs/decisions/0009-what-quiet-means.md.
  quiet: { history: { start: '2013-01-01', end: '2013-08-01' }, leastWindows: 20 },
};
