import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface LakeBucketProps {
  readonly key: IKey;
  readonly destroyData: boolean;
  readonly rule: LifecycleRule;
}

/** Private, TLS only, versioned, encrypted with the kit's key, and announcing its objects on the event bus. */
export class LakeBucket extends Bucket {
  constructor(scope: Construct, id: string, { key, destroyData, rule }: LakeBucketProps) {
    super(scope, id, {
      // #region bucket
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      // One data key a bucket and day instead of one an object: a replayed month would otherwise be thousands of calls.
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
    // `eventBridgeEnabled` of the construct deploys a function to set what CloudFormation has long had as a property.
    (this.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    // #endregion bucket
  }
}
