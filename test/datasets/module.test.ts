/** A folder of datasets/ that is not what the commands need is refused before anything is deployed. */
import type { Story } from '../../datasets/story';
import { datasetNames } from '../../lib/shared/datasets';

const story: Story = { history: { start: '2024-01-01', end: '2024-04-01' }, last: '2024-06-30' };

/** The datasets with `tool-hire` as a person may have written it, and `nyc-flights` with its months. */
function withModules(exported: object): typeof import('../../datasets/module') {
  jest.resetModules();
  jest.doMock('../../datasets/tool-hire', () => exported);
  jest.doMock('../../datasets/nyc-flights', () => exported);
  return jest.requireActual('../../datasets/module');
}

test('a module without the export is named', () => {
  const file = 'datasets/tool-hire/index.ts must export `dataset`';
  expect(() => withModules({}).storyOf('tool-hire')).toThrow(file);
});

test('a folder that is none is refused with those that there are', () => {
  expect(() => withModules({}).openSource('rides')).toThrow(`is not one of ${datasetNames().join(', ')}`);
});

test.each([
  [
    'tool-hire',
    { history: { start: '2024-01', end: '2024-04-01' } },
    'history.start is "2024-01", and must be a day, YYYY-MM-DD',
  ],
  [
    'tool-hire',
    { history: { start: '2024-04-01', end: '2024-04-01' } },
    'history.end is "2024-04-01", and must be after 2024-04-01',
  ],
  ['tool-hire', { last: '2024-06' }, 'last is "2024-06", and must be a day, YYYY-MM-DD'],
  [
    'nyc-flights',
    { history: { start: '2024-01-01', end: '2024-04-15' } },
    'history.end is "2024-04-15", and must be the first day of a month',
  ],
  ['nyc-flights', { last: '2024-06', through: '2024-06-30' }, 'through is "2024-06-30", and must be a month, YYYY-MM'],
])('%s: a story with %j is refused', (name, change, message) => {
  const { storyOf } = withModules({ dataset: { story: { ...story, ...change } } });
  expect(() => storyOf(name)).toThrow(`datasets/${name}/story.ts: ${message}`);
});

test('raw data is read once', () => {
  const open = jest.fn(() => ({}));
  const { openSource } = withModules({ dataset: { story, open } });
  expect(openSource('tool-hire')).toBe(openSource('tool-hire'));
  expect(open).toHaveBeenCalledTimes(1);
});
