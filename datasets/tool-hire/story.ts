import type { Story } from '../story';

export const story: Story = {
  // Until the depots are reorganised: the drift is in what follows.
  history: { start: '2024-01-01', end: '2024-05-01' },
  through: '2024-06-30',
  last: '2024-06-30',
  quiet: { history: { start: '2024-01-01', end: '2024-04-01' }, leastWindows: 2 },
};
