import type { Notes } from '../shared/notes';

export const notes: Notes = {
  DataLake: {
    without:
      'No data, no code archive, no model artefact has a place; the state machines of every later room name these buckets',
  },
  'AWS::S3::Bucket': {
    properties: {
      VersioningConfiguration:
        'A month prepared again replaces its files: what a model was trained on can still be fetched',
      'LifecycleConfiguration.Rules.NoncurrentVersionExpiration':
        '`dataLake.noncurrentExpiryDays`: a replaced version is a safety net, not an archive',
      'LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload':
        'Parts of an upload that was broken off are billed and invisible',
      'LifecycleConfiguration.Rules.Status': 'On from the start',
      NotificationConfiguration:
        'Objects announce themselves on the event bus: one property, where the construct of the CDK would deploy a function',
    },
  },
  'DataLake/Raw': {
    why: 'What arrived, as it arrived: tables by month, manifests, ground truth by day',
    without: 'Nothing can be prepared again after a rule or a transform has changed',
  },
  'DataLake/Curated': {
    why: 'What Prepare made of it: features by month, quarantined rows, quality reports',
    without: 'Training, replay and monitor have no common rows',
  },
  'DataLake/Artifacts': {
    why: 'What runs leave: models, evaluations, checkpoints, windows of the monitor, query results',
    without: 'A model could not be traced to its evaluation',
  },
  'DataLake/Captured': {
    why: 'Every prediction with its request, by event day: the only witness of what the model saw',
    without: 'The monitor has nothing to compare',
    properties: {
      'LifecycleConfiguration.Rules.ExpirationInDays':
        '`dataLake.capturedExpiryDays`: requests may be personal data in another dataset; a year covers every comparison',
    },
  },
  'DataLake/Capture/Stream': {
    why: 'Direct put: the handler hands over a record and goes on; there is no shard that would bill at rest',
    without: 'In front of a serverless endpoint, which captures nothing by itself, no prediction would be kept',
    properties: {
      DeliveryStreamType: 'The handler puts directly: a Kinesis stream before it would bill at rest',
      DeliveryStreamEncryptionConfigurationInput:
        "Firehose's own key while records wait a minute; at rest they are under the kit's",
      'ExtendedS3DestinationConfiguration.BucketARN': 'captured',
      'ExtendedS3DestinationConfiguration.RoleARN': 'The role below',
      'ExtendedS3DestinationConfiguration.BufferingHints':
        '64 MB is the least that dynamic partitioning takes; the minute decides',
      'ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions':
        'A record that cannot be delivered is named, not only counted',
      'ExtendedS3DestinationConfiguration.DynamicPartitioningConfiguration':
        "By the event's own day and not by arrival: windows are event time",
      'ExtendedS3DestinationConfiguration.ProcessingConfiguration':
        'Cuts year, month and day out of the record, with jq',
      'ExtendedS3DestinationConfiguration.Prefix': 'As native data capture would lay it, without its hour',
      'ExtendedS3DestinationConfiguration.ErrorOutputPrefix': 'Apart from the records: the monitor must not read it',
      'ExtendedS3DestinationConfiguration.FileExtension': 'One JSON record a line',
    },
  },
  'DataLake/Capture/Stream/S3 Destination Role': {
    why: 'What Firehose assumes to write objects and its log',
    without: 'Records wait for a day and are lost',
  },
  'DataLake/Capture/Logs': {
    properties: { RetentionInDays: 'A month: these lines matter while somebody looks for a lost record' },
  },
  'DataLake/Capture/Logs/S3Destination': {
    why: 'Firehose writes only into a stream that exists',
    without: 'Deliveries that fail leave no line',
  },
  'DataLake/Catalog/Database': {
    why: 'The tables by name, for people and Athena; no job depends on them',
    without: 'Looking at the data takes a program',
  },
  'AWS::Glue::Table': {
    properties: {
      TableInput:
        'Columns from schema/dataset.json; partitions are projected from the key, so that no crawler runs and nothing is registered when data arrives',
    },
  },
  'DataLake/Catalog/Raw*': {
    why: 'A raw table as it arrived, every column as text: the CSV reader knows no types, a query casts',
    without: 'That table cannot be queried; nothing else depends on it',
  },
  'DataLake/Catalog/Features': {
    why: 'The rows that training, replay and monitor use',
    without: 'Features cannot be queried; the jobs read the files themselves',
  },
  'DataLake/Catalog/GroundTruth': {
    why: "Labels by day of collection, in AWS's ground-truth format",
    without: 'Late labels cannot be queried',
  },
  'DataLake/Catalog/Captured': {
    why: "Predictions by event day, in AWS's data-capture format",
    without: 'What was served cannot be queried',
  },
  'DataLake/Workgroup': {
    why: "Queries under the kit's own limit, key and result folder",
    without: 'Queries would run in `primary`, which has no scan limit',
    properties: {
      RecursiveDeleteOption: 'A workgroup with query history is not deleted otherwise',
      'WorkGroupConfiguration.EnforceWorkGroupConfiguration': 'A client cannot choose another folder or no encryption',
      'WorkGroupConfiguration.PublishCloudWatchMetricsEnabled': 'Nobody watches them',
      'WorkGroupConfiguration.BytesScannedCutoffPerQuery':
        '`dataLake.athenaScanLimitGb`: a query that forgets its partition is ended before it costs',
      'WorkGroupConfiguration.ResultConfiguration': "Beside the other artefacts, under the kit's key",
    },
  },
};
