import type { Story } from '../story';

export const story: Story = {
  // May brings the drift: half of the tools stand still, the others wear out.
  history: { start: '2024-01-01', end: '2024-04-01' },
  last: '2024-06-30',
  // Until the reorganisation.
  experiments: { days: { start: '2024-01-01', end: '2024-05-01' } },
};
