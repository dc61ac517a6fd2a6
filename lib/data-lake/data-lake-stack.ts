/**
 * The only room that owns data: four buckets along the lifecycle, their catalog, and the stream that captures predictions.
 *
 * Tables are declared from the dataset file with partition projection: a crawler would guess types that are written down, cost 10 minutes
 * per run, and lag behind the data. Captured predictions come by Firehose direct put, because a Kinesis stream bills while it is idle.
 * Idle cost: nothing but the stored bytes.
 * Fails first: capture (the stream's role, or a record without its event day, which lands below errors/). Alarm: serving/capture-failures.
 */
import { CfnOutput, Duration, Validations } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { KitProps } from '../foundation/kit-props';
import type { Dataset } from '../shared/dataset-file';
import { adoptProviders } from '../shared/custom-resources';
import { dataLake } from './room';
import { LakeBucket } from '../shared/lake-bucket';
import { RoomStack } from '../shared/room-stack';
import { CaptureStream } from './capture-stream';
import { Catalog } from './catalog';

export interface DataLakeStackProps extends KitProps {
  readonly config: Config['dataLake'];
  readonly dataset: Dataset;
  readonly labels: Config['labels'];
}

/** Buckets, catalog, capture stream, Athena workgroup. */
export class DataLakeStack extends RoomStack {
  readonly raw: IBucket;
  readonly curated: IBucket;
  readonly artifacts: IBucket;
  readonly captured: IBucket;
  /** The delivery stream for captured predictions. */
  readonly capture: IDeliveryStream;

  constructor(scope: Construct, id: string, props: DataLakeStackProps) {
    super(scope, id, dataLake, props, 'ML lifecycle kit: buckets, catalog, captured predictions');
    const { config, key } = props;
    const history = {
      noncurrentVersionExpiration: Duration.days(config.noncurrentExpiryDays),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    };
    const bucket = { key, destroyData: props.destroyData };

    this.raw = new LakeBucket(this, 'Raw', { ...bucket, rule: history });
    this.curated = new LakeBucket(this, 'Curated', { ...bucket, rule: history });
    this.artifacts = new LakeBucket(this, 'Artifacts', { ...bucket, rule: history });
    this.captured = new LakeBucket(this, 'Captured', {
      ...bucket,
      rule: { ...history, expiration: Duration.days(config.capturedExpiryDays) },
    });

    Validations.of(this).acknowledge({
      id: 'CloudFormation-Validate::W7001',
      reason: 'The delivery stream construct brings a map of address ranges for streams inside a VPC; this one is not',
    });
    this.capture = new CaptureStream(this, 'Capture', {
      kit: props.kit,
      bucket: this.captured,
      logRetention: props.logRetention,
    }).stream;
    const buckets = { raw: this.raw, curated: this.curated, captured: this.captured };
    new Catalog(this, 'Catalog', { kit: props.kit, dataset: props.dataset, ...buckets });
    this.addWorkgroup(props.kit, config.athenaScanLimitGb, key);
    adoptProviders(this, this.roomTags, props.logRetention);

    const out = dataLake.outputs;
    new CfnOutput(this, out.raw, { value: this.raw.bucketName });
    new CfnOutput(this, out.curated, { value: this.curated.bucketName });
    new CfnOutput(this, out.artifacts, { value: this.artifacts.bucketName });
    new CfnOutput(this, out.captured, { value: this.captured.bucketName });
    // Commands read the name of the deployed dataset.
    new CfnOutput(this, out.dataset, { value: props.dataset.name });
    new CfnOutput(this, out.labelDelayDays, { value: String(props.labels.delayDays) });
  }

  private addWorkgroup(kit: string, scanLimitGb: number, key: IKey): void {
    new CfnWorkGroup(this, 'Workgroup', {
      name: kit,
      // #region workgroup
      // A workgroup with query history is otherwise not deleted.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: false,
        bytesScannedCutoffPerQuery: scanLimitGb * 1e9,
        resultConfiguration: {
          outputLocation: this.artifacts.s3UrlForObject('athena-results/'),
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
        },
      },
      // #endregion workgroup
    });
  }
}
