import type { Retry } from '../shared/asl';
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
  /** Function that says why an update of the stack failed. */
  readonly explainArn: string;
}

/** Every failure goes there: the lease is given back, then people are notified. */
export const RELEASE_FAILURE = 'ReturnLeaseAfterFailure';

/** A throttled read, or a first call that waits for a cold endpoint: without jitter, so that the tries last three minutes for certain. */
export const patient: Retry = {
  ErrorEquals: ['States.TaskFailed'],
  IntervalSeconds: 10,
  MaxAttempts: 6,
  BackoffRate: 1.5,
};

/** JSONata of a package's number, the last part of its ARN. */
export const version = (arn: string) => `$number($split(${arn}, '/')[-1])`;
