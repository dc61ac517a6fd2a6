import { createHash } from 'node:crypto';
import type { Dataset } from '../../lib/shared/dataset-file';
import { groundTruthKey, groundTruthLine, partitionFiles } from '../../scripts/operate/landing';

test('the manifest holds rows, bytes and digest of what lands', () => {
  const shops = { header: 'shop,name', rows: ['AA,Ann', 'BB,Ben'] };
  const files = partitionFiles({ partition: 'month' }, '2013-01', new Map([['shops', shops]]));
  const body = Buffer.from('shop,name\nAA,Ann\nBB,Ben\n');
  const key = 'tables/shops/month=2013-01/shops.csv';
  const sha256 = createHash('sha256').update(body).digest('hex');
  expect(files).toEqual([
    { body, entry: { partition: '2013-01', table: 'shops', key, rows: 2, bytes: body.length, sha256 } },
  ]);
});

test('a line of ground truth holds the values as their columns are declared, under the key of its day of collection', () => {
  const columns = [
    { name: 'id', role: 'id', type: 'string' },
    { name: 'late', role: 'label', type: 'int' },
    { name: 'minutes', role: 'label', type: 'double' },
  ];
  const dataset = { labels: { columns } } as unknown as Dataset;
  expect(JSON.parse(groundTruthLine(dataset, { id: 'AA-1', values: [1, 15] }))).toEqual({
    groundTruthData: { data: '1,15.0', encoding: 'CSV' },
    eventMetadata: { eventId: 'AA-1' },
    eventVersion: '0',
  });
  expect(groundTruthKey('2013-01-03')).toBe('ground-truth/2013/01/03/00/labels.jsonl');
});
