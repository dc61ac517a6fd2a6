/** Sizes of windows and slices, from the volume that a dataset declares. */
import type { Dataset } from './dataset-file';

/** Records of a window: with fewer, the distance between two samples of the same month often passes the usual 0.1. */
const WINDOW_RECORDS = 1000;
/** Positive events of the gate: the interval of an AUC is about 0.1 wide with so many. */
const GATE_POSITIVES = 100;
/** Positive events of a segment or facet with figures of its own. */
const GROUP_POSITIVES = 30;
/** Windows and slices of whole weeks have every weekday equally often; data beyond twelve weeks is outdated. */
const [WEEK, MOST_DAYS] = [7, 84];

const weeks = (days: number, least: number) => Math.min(MOST_DAYS, Math.max(least, Math.ceil(days / WEEK) * WEEK));

/** Knobs that a configuration leaves out, from the dataset or derived from its volume. */
export function sizesOf({ volume: { eventsPerDay, positiveShare }, sizes }: Pick<Dataset, 'volume' | 'sizes'>) {
  const windowDays = sizes?.windowDays ?? weeks(WINDOW_RECORDS / eventsPerDay, WEEK);
  const window = windowDays * eventsPerDay;
  const gateDays = weeks(GATE_POSITIVES / (eventsPerDay * positiveShare), 2 * WEEK);
  const group = Math.max(100, Math.ceil(GROUP_POSITIVES / positiveShare));
  return {
    gate: {
      gateDays: sizes?.gateDays ?? gateDays,
      selectDays: sizes?.selectDays ?? gateDays,
      segmentMinRows: sizes?.segmentMinRows ?? group,
    },
    monitoring: {
      windowDays,
      minRecords: sizes?.minRecords ?? Math.min(WINDOW_RECORDS, Math.ceil(window / 2)),
      facetMinRows: sizes?.facetMinRows ?? group,
    },
    retraining: { minNewLabelledRows: sizes?.minNewLabelledRows ?? Math.ceil(window) },
  };
}
