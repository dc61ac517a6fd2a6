import type { Story } from '../story';

export const story: Story = {
  // The drift starts in May: half of the tools are not hired, and the others wear out.
  history: { start: '2024-01-01', end: '2024-04-01' },
  last: '2024-06-30',
  // The experiments end before the drift.
  experiments: { days: { start: '2024-01-01', end: '2024-05-01' } },
};
