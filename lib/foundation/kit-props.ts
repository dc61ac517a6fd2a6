import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { RoomProps } from '../shared/room-stack';
import type { IsolatedNetwork } from './isolated-network';

/** Properties of every stack after Foundation: its resources, and what all rooms are configured with. */
export interface KitProps extends RoomProps {
  readonly key: IKey;
  readonly alerts: ITopic;
  readonly deadLetters: IQueue;
  /** The network of jobs and model. @default no VPC */
  readonly isolated?: IsolatedNetwork;
  readonly destroyData: boolean;
  readonly logRetention: RetentionDays;
}
