import fc from 'fast-check';
import { sizesOf } from '../../lib/shared/sizes';

const derived = (eventsPerDay: number, positiveShare: number) => sizesOf({ volume: { eventsPerDay, positiveShare } });

test('a dataset that states its sizes keeps them', () => {
  const sizes = {
    windowDays: 7,
    gateDays: 21,
    selectDays: 14,
    minRecords: 900,
    segmentMinRows: 800,
    facetMinRows: 500,
  };
  expect(
    sizesOf({ volume: { eventsPerDay: 5, positiveShare: 0.1 }, sizes: { ...sizes, minNewLabelledRows: 600 } }),
  ).toEqual({
    gate: { gateDays: 21, selectDays: 14, segmentMinRows: 800 },
    monitoring: { windowDays: 7, minRecords: 900, facetMinRows: 500 },
    retraining: { minNewLabelledRows: 600 },
  });
});

test.each([
  // A thousand records need a little more than a week, a hundred positive ones four.
  [123, 0.03, { gateDays: 28, windowDays: 14, minRecords: 861, segmentMinRows: 1000 }],
  // Three events a day: twelve weeks, and windows that are judged on what there is.
  [3, 0.1, { gateDays: 84, windowDays: 84, minRecords: 126, segmentMinRows: 300 }],
  [50_000, 0.5, { gateDays: 14, windowDays: 7, minRecords: 1000, segmentMinRows: 100 }],
])(
  '%d events a day of which %d are positive',
  (perDay, share, { gateDays, windowDays, minRecords, segmentMinRows }) => {
    const { gate, monitoring } = derived(perDay, share);
    expect(gate).toEqual({ gateDays, selectDays: gateDays, segmentMinRows });
    expect(monitoring).toEqual({ windowDays, minRecords, facetMinRows: segmentMinRows });
  },
);

test('more data never needs more days, and every window can reach its least number of records', () => {
  const volume = fc.tuple(
    fc.double({ min: 0.1, max: 1e5, noNaN: true }),
    fc.double({ min: 0.001, max: 0.9, noNaN: true }),
  );
  fc.assert(
    fc.property(volume, ([perDay, share]) => {
      const [less, more] = [derived(perDay, share), derived(2 * perDay, share)];
      expect(more.gate.gateDays).toBeLessThanOrEqual(less.gate.gateDays);
      expect(more.monitoring.windowDays).toBeLessThanOrEqual(less.monitoring.windowDays);
      expect(less.monitoring.minRecords).toBeLessThanOrEqual(Math.ceil(less.monitoring.windowDays * perDay));
      expect(less.gate.gateDays % 7).toBe(0);
    }),
  );
});
