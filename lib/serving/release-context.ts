import type { Retry } from '../shared/asl';
import type { Lease } from '../shared/lease';

/** Input for the states of Release. */
export interface ReleaseMachineProps {
  readonly kit: string;
  readonly stackName: string;
  readonly stackRoleArn: string;
  readonly lease: Lease;
  readonly championParameter: string;
  readonly artifacts: string;
  readonly alertsTopicArn: string;
  /** Function that finds why an update of the stack failed. */
  readonly explainArn: string;
}

/** Every failure goes to this state: it returns the lease before the alert. */
export const RELEASE_FAILURE = 'ReturnLeaseAfterFailure';

/** Retries throttled reads and calls to a cold endpoint, without jitter, so that the tries last three minutes for certain. */
export const patient: Retry = {
  ErrorEquals: ['States.TaskFailed'],
  IntervalSeconds: 10,
  MaxAttempts: 6,
  BackoffRate: 1.5,
};

/** JSONata of a package's version, the last part of its ARN. */
export const version = (arn: string) => `$number($split(${arn}, '/')[-1])`;
