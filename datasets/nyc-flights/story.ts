/** The days of 2013 that rehearsals are played with. */
import type { Story } from '../story';

export const story: Story = {
  // The winter.
  history: { start: '2013-01-01', end: '2013-04-01' },
  // Two retrainings answer the drifts of spring and summer, and the calm after them is seen.
  through: '2013-07',
  last: '2013-12',
  experiments: {
    days: { start: '2013-01-01', end: '2013-05-01' },
    // Three hours late: who was not told waits four of them in the mean.
    rare: { column: 'arrival_delay_minutes', atLeast: 180, costs: { falseAlarm: 15, miss: 240 } },
  },
  // The longest history that leaves twenty whole weeks of the year to watch: docs/decisions/0009-what-quiet-means.md.
  quiet: { history: { start: '2013-01-01', end: '2013-08-01' }, leastWindows: 20 },
};
