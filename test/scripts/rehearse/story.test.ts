import { endOf, windowsOf } from '../../../scripts/operate/days';
import { announced } from '../../../scripts/rehearse/story';
import { story } from '../../../scripts/shared/story';

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

test('what lies after the long history holds the windows that it promises', () =>
  expect(windowsOf({ start: story.quiet.history.end, end: endOf(story.last) }, 7).length).toBeGreaterThanOrEqual(
    story.quiet.leastWindows,
  ));
