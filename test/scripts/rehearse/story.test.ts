import { storyOf } from '../../../datasets/module';
import { resolveConfig } from '../../../lib/config';
import { datasetNames, datasetOf } from '../../../lib/shared/datasets';
import { endOf, partitionsOf, windowsOf } from '../../../scripts/operate/days';
import { announced } from '../../../scripts/rehearse/story';

test('each window is announced with what is left of them', () => {
  const lines: string[] = [];
  const out = { line: (text: string) => void lines.push(text), progress: () => undefined };
  const now = jest.spyOn(Date, 'now').mockReturnValue(0);
  const windows = windowsOf({ start: '2013-04-01', end: '2013-04-15' }, 7);
  for (const window of announced(windows, out)) {
    expect(windows).toContain(window);
    now.mockReturnValue(4200);
  }
  now.mockRestore();
  expect(lines).toEqual([
    '── window 1 of 2: 2013-04-01 to 2013-04-08',
    '── window 2 of 2: 2013-04-08 to 2013-04-15, about 5 s to the end of the last',
  ]);
});

test.each(datasetNames())(
  'the story of %s lies in whole partitions, and after its long history are the windows that it promises',
  (name) => {
    const dataset = datasetOf(name);
    const { history, last, through = last, quiet } = storyOf(name);
    for (const { start, end } of [history, ...(quiet === undefined ? [] : [quiet.history])]) {
      const partitions = [...partitionsOf(dataset, { start, end })];
      expect([endOf(partitions.at(-1)!), start.startsWith(partitions[0]!)]).toEqual([end, true]);
    }
    expect([...partitionsOf(dataset, { start: history.end, end: endOf(last) })]).toContain(through);
    if (quiet === undefined) return;
    const { windowDays } = resolveConfig('sandbox', { dataset: name }).monitoring;
    const windows = windowsOf({ start: quiet.history.end, end: endOf(last) }, windowDays);
    expect(windows.length).toBeGreaterThanOrEqual(quiet.leastWindows);
  },
);
