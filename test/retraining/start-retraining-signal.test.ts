import fc from 'fast-check';
import { signalOf } from '../../lambda/retraining/start-retraining/signal';
import { statuses } from '../../lib/monitoring/room';
import { addDays } from '../../lib/shared/days';

const arn = (group: string) => `arn:aws:sagemaker:us-east-1:123456789012:model-package/${group}/7`;
const time = '2026-11-23T08:00:00Z';
const detail = {
  window: { start: '2026-11-16', end: '2026-11-23' },
  champion: arn('team-a-models'),
  status: statuses.violations,
  confirmed: true,
  violations: [{ feature: 'f', check: 'c', value: 0.3 }],
  newLabelledRows: 9000,
  outcomeUri: null,
};
const event = {
  id: 'e1',
  time,
  source: 'team-a.monitoring',
  'detail-type': 'Monitoring Run Completed',
  account: '123456789012',
  region: 'us-east-1',
  resources: [],
  version: '0',
  detail,
};
const now = new Date('2026-11-23T08:00:01Z');
const read = (over: object = {}, around: object = {}) =>
  signalOf({ ...event, ...around, detail: { ...detail, ...over } }, 'team-a', now);

test('an event of the monitor is a signal, and what it says beside is left out', () => {
  expect(read({ records: 5000 })).toEqual({ id: 'e1', time, ...detail });
  expect(read({ outcomeUri: 's3://a/outcome.json' })).toHaveProperty('outcomeUri', 's3://a/outcome.json');
});

test.each([
  ['no days', { window: { start: 'x', end: 'soon' } }, 'detail.window.start must be a day YYYY-MM-DD; received "x"'],
  ['a text for its end', { window: { start: '2026-11-16', end: 'soon' } }, 'detail.window.end must be a day'],
  ['no window', { window: undefined }, 'detail.window must be an object; received nothing'],
  ['a day that no month has', { window: { start: '2026-02-20', end: '2026-02-30' } }, 'received "2026-02-30"'],
  ['a time for a day', { window: { start: '2026-11-16', end: '2026-11-23T00:00:00Z' } }, 'detail.window.end'],
  ['an empty window', { window: { start: '2026-11-16', end: '2026-11-16' } }, 'must end after it starts'],
  ['a window to come', { window: { start: '2026-11-16', end: '9999-12-31' } }, 'must not be after 2026-11-24'],
  ['a window backwards', { window: { start: '2026-11-23', end: '2026-11-16' } }, 'must end after it starts'],
  ['an object for a model', { champion: { toString: false } }, 'detail.champion must be the ARN'],
  ['a list with a model', { champion: [arn('team-a-models')] }, 'detail.champion must be the ARN'],
  ['no model', { champion: 'none' }, 'detail.champion must be the ARN of a version of a model package'],
  ['a status of nobody', { status: 'Fine' }, 'detail.status must be one of Completed, CompletedWithViolations'],
  ['a text for yes', { confirmed: 'true' }, 'detail.confirmed must be true or false; received "true"'],
  ['no violations', { violations: null }, 'detail.violations must be a list; received null'],
  ['a nameless one', { violations: [{ check: 'c' }] }, 'detail.violations[0].feature must be a text'],
  ['no number of rows', { newLabelledRows: undefined }, 'detail.newLabelledRows must be a whole number'],
  ['fewer than no rows', { newLabelledRows: -1 }, 'detail.newLabelledRows must be a whole number from 0; received -1'],
  ['a number for a place', { outcomeUri: 7 }, 'detail.outcomeUri must be a text'],
])('an event with %s is refused', (_, over, sentence) => {
  expect(() => read(over)).toThrow(sentence);
});

test.each([
  [{ time: 'now' }, 'time must be a UTC time'],
  [{ time: '2027-01-01T00:00:00Z' }, 'time must not be after now'],
  [{ id: '' }, 'id must be a text'],
  [{ detail: 'text' }, 'detail must be an object'],
])('an envelope %j is refused', (around, sentence) => {
  expect(() => signalOf({ ...event, ...around } as typeof event, 'team-a', now)).toThrow(sentence);
});

test('what another kit measured is ignored, with the reason', () => {
  expect(read({ champion: arn('team-b-models') })).toEqual({
    ignored: `${arn('team-b-models')} is no model of the kit team-a`,
  });
  expect(read({}, { source: 'team-b.monitoring' })).toEqual({
    ignored: 'it comes from team-b.monitoring, not from team-a.monitoring',
  });
});

test('whatever is in an event, it is a signal with two days in order, or refused, or ignored', () => {
  const day = fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  const anything = fc.oneof(day, fc.jsonValue(), fc.constant(undefined));
  const wild = fc.record({
    window: fc.oneof(fc.record({ start: fc.oneof(day, anything), end: fc.oneof(day, anything) }), anything),
    champion: fc.oneof(fc.constantFrom(arn('team-a-models'), arn('other')), anything),
    status: fc.oneof(fc.constantFrom(...Object.values(statuses)), anything),
    confirmed: fc.oneof(fc.boolean(), anything),
    violations: fc.oneof(fc.constant([]), anything),
    newLabelledRows: fc.oneof(fc.nat(), anything),
    outcomeUri: fc.oneof(fc.constant(null), anything),
  });
  fc.assert(
    fc.property(wild, (over) => {
      let found;
      try {
        found = read(over);
      } catch (error) {
        expect((error as Error).name + (error as Error).message).toMatch(/detail.*; received/s);
        return;
      }
      if ('ignored' in found) return;
      const { start, end } = found.window;
      expect(addDays(start, 0)).toBe(start);
      expect(addDays(end, 0)).toBe(end);
      expect(start < end && end <= '2026-11-24').toBe(true);
    }),
    { numRuns: 1000 },
  );
});
