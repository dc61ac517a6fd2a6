import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** The dead-letter queue as an imported one for targets of rules, because its policy already admits every rule of the kit. */
export const forRules = (scope: Construct, { queueArn }: IQueue): IQueue =>
  Queue.fromQueueArn(scope, 'DeadLetters', queueArn);
