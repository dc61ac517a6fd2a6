/** Keys and labels of raw rows, as the loader reads them; the Glue job is held to the same file by test_vectors.py. */
import { existsSync, readFileSync } from 'node:fs';
import type { LabelRule } from '../../datasets/data-source';
import { soundRow } from '../../datasets/row-rules';
import { eventsTable } from '../../lib/shared/dataset';
import { datasetNames, datasetOf, datasetPath } from '../../lib/shared/datasets';

interface Vector {
  what: string;
  change: Record<string, string>;
  class: 'curated' | 'setAside' | 'quarantined';
  reason: string | null;
  key: string | null;
  labels: Record<string, number> | null;
}

/** Rules between columns are the job's alone: the label of such a row is delivered, and joins nothing. */
const ofTheJob = ['local_time', 'not_midnight'];

const names = datasetNames().filter((name) => existsSync(datasetPath(name, 'vectors.json')));
const ruleOf = async (name: string) =>
  ((await import(`../../datasets/${name}/labels`)) as { labelRule: LabelRule }).labelRule;

test('some dataset has vectors', () => expect(names.length).toBeGreaterThan(0));

describe.each(names)('%s', (name) => {
  const { row, vectors } = JSON.parse(readFileSync(datasetPath(name, 'vectors.json'), 'utf8')) as {
    row: Record<string, string>;
    vectors: Vector[];
  };
  const dataset = datasetOf(name);
  const events = dataset.raw[eventsTable(dataset)]!;

  test.each(vectors.filter(({ reason }) => !ofTheJob.includes(reason ?? '')))('$what', async (vector) => {
    const rule = await ruleOf(name);
    const read = () => {
      const sound = soundRow(events, { ...row, ...vector.change });
      return { key: rule.id(sound), values: rule.values(sound) };
    };
    if (vector.class === 'quarantined') return expect(read).toThrow(/must/);
    expect(read()).toEqual({
      key: vector.key,
      values: vector.labels === null ? undefined : Object.values(vector.labels),
    });
  });
});
