import type { LineageRecord } from '../../../scripts/operate/lineage';
import { lineageFaults, replacedSince } from '../../../scripts/rehearse/verify-lineage';

const RAW = 'tables/rides/month=2013-01/rides.csv';
const LABELS = 'ground-truth/2013/01/03/00/labels.jsonl';
const FEATURES = 'features/month=2013-01/rows.parquet';
const partition = {
  partition: '2013-01',
  run: 'prepare-1',
  rows: 1,
  features: [{ key: FEATURES, bytes: 1, sha256: 'c' }],
  files: [{ key: RAW, bytes: 1, sha256: 'a' }],
};
const record = {
  identity: 'model-1',
  data: { partitions: [partition], labels: [{ key: LABELS, bytes: 1, sha256: 'b' }] },
} as LineageRecord;
const evidence = {
  objects: {
    'artifacts/evaluations/one/lineage.json': record,
    'curated/quality/month=2013-01/report.json': partition,
  } as Record<string, unknown>,
  hashes: { [`raw/${RAW}`]: ['a'], [`raw/${LABELS}`]: ['b'], [`curated/${FEATURES}`]: ['c'] },
};
const withHash = (key: string, ...hashes: string[]) => ({
  ...evidence,
  hashes: { ...evidence.hashes, [key]: hashes },
});

test('a record whose files are in their buckets has no fault', () => {
  expect(lineageFaults(evidence)).toEqual([]);
  expect(replacedSince(evidence)).toEqual([]);
});

test.each([`raw/${RAW}`, `raw/${LABELS}`, `curated/${FEATURES}`])('one changed byte of %s is found', (key) => {
  const [fault, ...others] = lineageFaults(withHash(key, 'another'));
  expect(fault).toContain(`model model-1 was made of ${key.slice(key.indexOf('/') + 1)} with the hash`);
  expect(others).toEqual([]);
  expect(lineageFaults(withHash(key))).toEqual([expect.stringContaining('has no such file')]);
});

test('a file that was replaced since is told, and is no fault', () => {
  const replaced = withHash(`raw/${RAW}`, 'another', 'a');
  expect(lineageFaults(replaced)).toEqual([]);
  expect(replacedSince(replaced)).toEqual([`${RAW} was replaced since model model-1 was made of it`]);
});

test('a report of the same run that names other files is found, and one of a later run is not', () => {
  const said = (run: string) => ({
    ...evidence,
    objects: {
      ...evidence.objects,
      'curated/quality/month=2013-01/report.json': { ...partition, run, files: [] },
    },
  });
  expect(lineageFaults(said('prepare-1'))).toEqual([
    'in run prepare-1, 2013-01 consists of other files than in model model-1',
  ]);
  expect(lineageFaults(said('prepare-2'))).toEqual([]);
});
