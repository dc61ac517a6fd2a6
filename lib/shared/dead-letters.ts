import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** The kit's dead letters as the target of a rule takes them: as somebody else's queue, whose policy lets every rule of the kit in already. */
export const forRules = (scope: Construct, { queueArn }: IQueue): IQueue =>
  Queue.fromQueueArn(scope, 'DeadLetters', queueArn);
