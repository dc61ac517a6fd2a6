import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/**
 * The key of the volume that SageMaker attaches to an instance. Types with local storage encrypt it in hardware and refuse a request
 * that names a key.
 */
export const volumeKey = (instanceType: string, keyArn: string) =>
  hasLocalStorage(instanceType) ? {} : { VolumeKmsKeyId: keyArn };

/** `d` after the generation (m5d, g4dn), and the newer families of accelerators. */
export const hasLocalStorage = (instanceType: string) => /^ml\.(\w*\d\w*d|g[5-9]|p[5-9]|trn)/.test(instanceType);

/** SageMaker passes the key to the service that attaches the volume, by a grant in the name of the role. */
export function allowVolumes(role: IGrantable, key: IKey): void {
  key.grant(role, 'kms:CreateGrant').principalStatement?.addCondition('Bool', { 'kms:GrantIsForAWSResource': 'true' });
}
