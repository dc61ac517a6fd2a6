import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface LakeBucketProps {
  readonly key: IKey;
  readonly destroyData: boolean;
  readonly rule: LifecycleRule;
}

/** A bucket that is private, TLS only, versioned, encrypted with the kit's key, and sends events of its objects. */
export class LakeBucket extends Bucket {
  constructor(scope: Construct, id: string, { key, destroyData, rule }: LakeBucketProps) {
    super(scope, id, {
      // #region bucket
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      // One data key per bucket and day instead of one per object: a replayed month would otherwise be thousands of calls.
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [rule],
      removalPolicy: destroyData ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      autoDeleteObjects: destroyData,
      // #endregion bucket
    });
    // #region bucket
    // The construct's `eventBridgeEnabled` deploys a function for something that CloudFormation has as a property.
    (this.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    // #endregion bucket
  }
}
