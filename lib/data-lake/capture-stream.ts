import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import {
  DeliveryStream,
  EnableLogging,
  type IDeliveryStream,
  MetadataExtractionProcessor,
  S3Bucket,
  StreamEncryption,
} from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { fill, layout, names } from '../shared/names';

export interface CaptureStreamProps {
  readonly kit: string;
  readonly bucket: IBucket;
  readonly logRetention: RetentionDays;
}

/** Length of the record's `event-day=YYYY-MM-DD`. The event day decides the partition, not the arrival, because windows are event time. */
const eventDay = (from: number, to: number) => `.eventMetadata.customAttributes[0][${from}:${to}]`;

/** Firehose direct put to `captured`, partitioned like native data capture, without its hour. */
export class CaptureStream extends Construct {
  readonly stream: IDeliveryStream;

  constructor(scope: Construct, id: string, { kit, bucket, logRetention }: CaptureStreamProps) {
    super(scope, id);
    const part = (name: string) => `!{partitionKeyFromQuery:${name}}`;
    this.stream = new DeliveryStream(this, 'Stream', {
      encryption: StreamEncryption.awsOwnedKey(),
      destination: new S3Bucket(bucket, {
        dataOutputPrefix: fill(layout.captured.records, {
          endpoint: names.endpoint(kit),
          yyyy: part('yyyy'),
          mm: part('mm'),
          dd: part('dd'),
        }),
        // #region stream
        errorOutputPrefix: `${layout.captured.errors}!{firehose:error-output-type}/`,
        fileExtension: '.jsonl',
        // 64 MB is the minimum with dynamic partitioning; in practice the minute ends the buffer.
        bufferingSize: Size.mebibytes(64),
        bufferingInterval: Duration.seconds(60),
        dynamicPartitioning: { enabled: true },
        processors: [
          MetadataExtractionProcessor.jq16({
            yyyy: eventDay(10, 14),
            mm: eventDay(15, 17),
            dd: eventDay(18, 20),
          }),
        ],
        // #endregion stream
        loggingConfig: new EnableLogging(
          new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY }),
        ),
      }),
    });
  }
}
