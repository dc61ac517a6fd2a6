import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

test('Parquet as Spark writes it becomes rows as requests carry them', () => {
  // In a process of its own: Jest cannot load the ES module that reads Parquet.
  const program = `require('ts-node/register');
    require('./scripts/operate/features').readParquet(require('fs').readFileSync('test/datasets/nyc-flights/features.parquet'), require('./lib/shared/datasets').datasetOf('nyc-flights').features.columns.map(({ name }) => name)).then((rows) => {
      const { validate } = require('./lambda/serving/predict/validate');
      console.log(JSON.stringify({ rows, refused: validate({ instances: rows }, 3).errors ?? [] }));
    });`;
  const { rows, refused } = JSON.parse(
    execFileSync(process.execPath, ['-e', program], { cwd: ROOT, encoding: 'utf8' }),
  );
  expect(refused).toEqual([]);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatchObject({
    flight_key: '9E-3287-JFK-20130216T0045',
    scheduled_departure: '2013-02-16T00:45:00Z',
    seats: 95,
    mean_delay_h2: 16.857142857142858,
  });
  expect(rows[2].seats).toBeNull();
});
