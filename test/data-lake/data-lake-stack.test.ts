import { resolveConfig } from '../../lib/config';
import type { Json } from '../shared/json';
import { dataset, kit, only, readable, resources } from '../shared/kit';

const buckets = Object.entries(resources('data-lake', 'AWS::S3::Bucket'));

test('there are four buckets, and nothing else that stores', () => {
  expect(buckets.map(([id]) => id.slice(0, -8))).toEqual(['Raw', 'Curated', 'Artifacts', 'Captured']);
});

test.each(buckets)(
  '%s is encrypted, versioned, announced on the bus and gone with the sandbox',
  (_, { Properties, DeletionPolicy }) => {
    expect(Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    expect(Properties.BucketEncryption.ServerSideEncryptionConfiguration[0]).toMatchObject({ BucketKeyEnabled: true });
    expect(DeletionPolicy).toBe('Delete');
  },
);

test('production keeps its data', () => {
  for (const bucket of Object.values(resources('data-lake', 'AWS::S3::Bucket', kit('production'))))
    expect(bucket.DeletionPolicy).toBe('Retain');
  expect(resources('data-lake', 'Custom::S3AutoDeleteObjects', kit('production'))).toEqual({});
});

const tables: Record<string, Json> = Object.fromEntries(
  Object.values(resources('data-lake', 'AWS::Glue::Table')).map(({ Properties }) => [
    Properties.TableInput.Name,
    Properties.TableInput,
  ]),
);

test('every table of the column file is declared, with projected partitions', () => {
  expect(Object.keys(tables).sort()).toEqual(
    [...Object.keys(dataset.raw).map((name) => `raw_${name}`), 'captured', 'features', 'ground_truth'].sort(),
  );
  for (const { Parameters, PartitionKeys } of Object.values(tables)) {
    expect(Parameters['projection.enabled']).toBe('true');
    expect(readable(Parameters['storage.location.template'])).toContain(`\${${PartitionKeys[0].Name}}`);
  }
});

test('features have the columns of the column file, typed, in its order', () => {
  expect(
    tables.features.StorageDescriptor.Columns.map(({ Name, Type }: Record<string, string>) => [Name, Type]),
  ).toEqual(dataset.features.columns.map(({ name, type }) => [name, type]));
});

test('no partition shares its name with a column', () => {
  for (const { PartitionKeys, StorageDescriptor } of Object.values(tables))
    expect(StorageDescriptor.Columns.map((column: { Name: string }) => column.Name)).not.toContain(
      PartitionKeys[0].Name,
    );
});

test('captured predictions are partitioned by the event day of the record, not by arrival', () => {
  const { ExtendedS3DestinationConfiguration: s3, DeliveryStreamType } = only(
    'data-lake',
    'AWS::KinesisFirehose::DeliveryStream',
  ).Properties;
  expect(DeliveryStreamType).toBe('DirectPut');
  expect(s3.Prefix).toBe(
    'mlkit/AllTraffic/!{partitionKeyFromQuery:yyyy}/!{partitionKeyFromQuery:mm}/!{partitionKeyFromQuery:dd}/',
  );
  expect(s3.ErrorOutputPrefix).toMatch(/^errors\//);
  const [query] = s3.ProcessingConfiguration.Processors[0].Parameters;
  const attribute = 'event-day=2013-09-01';
  const slices = Object.fromEntries(
    [...query.ParameterValue.matchAll(/"(\w+)":[^,]*\[0\]\[(\d+):(\d+)\]/g)].map(([, key, from, to]) => [
      key,
      attribute.slice(+from, +to),
    ]),
  );
  expect(slices).toEqual({ yyyy: '2013', mm: '09', dd: '01' });
});

test('a query that would scan more than configured is stopped', () => {
  expect(only('data-lake', 'AWS::Athena::WorkGroup').Properties.WorkGroupConfiguration).toMatchObject({
    BytesScannedCutoffPerQuery: 1e9,
    EnforceWorkGroupConfiguration: true,
  });
});

test('a scan limit that Athena refuses is refused before', () => {
  const limit = (athenaScanLimitGb: number) => () => resolveConfig('sandbox', { dataLake: { athenaScanLimitGb } });
  expect(limit(0.009)).toThrow('athenaScanLimitGb');
  expect(limit(0.01)).not.toThrow();
});
