import { windowsOf } from '../../../scripts/rehearse/story';

test('windows lie wholly in the range and follow each other', () => {
  expect(windowsOf({ start: '2013-04-01', end: '2013-04-20' }, 7)).toEqual([
    { start: '2013-04-01', end: '2013-04-08' },
    { start: '2013-04-08', end: '2013-04-15' },
  ]);
});

test('August to December hold at least twenty weeks', () =>
  expect(windowsOf({ start: '2013-08-01', end: '2014-01-01' }, 7).length).toBeGreaterThanOrEqual(20));
