import type { Lease } from '../shared/lease';

/** What the states of Release are built from. */
export interface ReleaseMachineProps {
  readonly kit: string;
  readonly stackName: string;
  readonly stackRoleArn: string;
  readonly lease: Lease;
  readonly championParameter: string;
  readonly artifacts: string;
  readonly alertsTopicArn: string;
}

/** Where failures go: the lease is given back, then people are told. */
export const RELEASE_FAILURE = 'ReturnLeaseAfterFailure';

/** JSONata of a package's number, the last part of its ARN. */
export const version = (arn: string) => `$number($split(${arn}, '/')[-1])`;
