import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'DataLake/Raw':
    'What arrived, as it arrived: tables by month, manifests, ground truth by day. All can be prepared again after a rule or a transform has changed',
  'DataLake/Curated': 'What Prepare made of it: features by month, quarantined rows, quality reports',
  'DataLake/Artifacts': 'What runs leave: models, evaluations, checkpoints, windows of the monitor, query results',
  'DataLake/Captured': {
    why: 'Every prediction with its request, by event day: the only witness of what the model saw',
    'LifecycleConfiguration.Rules.ExpirationInDays':
      '`dataLake.capturedExpiryDays`: requests may be personal data in another dataset; a year covers every comparison',
  },
  'DataLake/Capture/Stream': {
    why: 'The handler hands over a record and goes on: in front of a serverless endpoint, which captures nothing by itself, no prediction would be kept otherwise',
    DeliveryStreamType: 'The handler puts directly: a Kinesis stream before it would bill at rest',
    DeliveryStreamEncryptionConfigurationInput:
      "Firehose's own key while records wait a minute; at rest they are under the kit's",
    'ExtendedS3DestinationConfiguration.BufferingHints':
      '64 MB is the least that dynamic partitioning takes; the minute decides',
    'ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions':
      'A record that cannot be delivered is named, not only counted',
    'ExtendedS3DestinationConfiguration.DynamicPartitioningConfiguration':
      "The event's own day instead of the arrival, because windows are event time",
    'ExtendedS3DestinationConfiguration.Prefix': 'The layout of native data capture, without its hour',
    'ExtendedS3DestinationConfiguration.ErrorOutputPrefix': 'Apart from the records: the monitor must not read it',
  },
  'DataLake/Capture/Logs': { RetentionInDays: 'A month: these lines matter while somebody looks for a lost record' },
  'DataLake/Capture/Logs/S3Destination': 'Firehose writes only into a stream that exists',
  'DataLake/Catalog/Database': 'The tables by name, for people and Athena; no job depends on them',
  'DataLake/Catalog/Raw*':
    'A raw table as it arrived, every column as text: the CSV reader knows no types, a query casts',
  'DataLake/Catalog/Features': 'The rows that training, replay and monitor use; they read the files themselves',
  'DataLake/Catalog/GroundTruth': "Labels by day of collection, in AWS's ground-truth format",
  'DataLake/Catalog/Captured': "Predictions by event day, in AWS's data-capture format",
  'DataLake/Workgroup': {
    why: "Queries under the kit's own limit, key and result folder; `primary` has no scan limit",
    RecursiveDeleteOption: 'A workgroup with query history is not deleted otherwise',
    'WorkGroupConfiguration.EnforceWorkGroupConfiguration': 'A client cannot choose another folder or no encryption',
    'WorkGroupConfiguration.BytesScannedCutoffPerQuery':
      '`dataLake.athenaScanLimitGb`: a query that forgets its partition is ended before it costs',
  },
};
