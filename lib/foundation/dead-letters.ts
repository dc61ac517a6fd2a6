import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { KitAlarm } from '../shared/alarms';
import { arn } from '../shared/arns';
import { foundation } from './room';

export interface DeadLettersProps {
  readonly kit: string;
  readonly alerts: ITopic;
}

/** The queue of undeliverable events. There is one for all rooms, because an alarm watches it, and alarms are what an idle kit costs. */
export class DeadLetters extends Construct {
  readonly queue: IQueue;

  constructor(scope: Construct, id: string, { kit, alerts }: DeadLettersProps) {
    super(scope, id);
    const queue = new Queue(this, 'Queue', {
      // #region queue
      // The queue has its own encryption, because with the kit's key events.amazonaws.com would need the key too.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // #endregion queue
    });
    // The policy admits rules by the kit's prefix: they belong to later rooms, and naming each would be a forward reference.
    queue.addToResourcePolicy(
      new PolicyStatement({
        // #region queue
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: {
          ArnLike: { 'aws:SourceArn': arn('events', `rule/${kit}-*`) },
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        },
        // #endregion queue
      }),
    );
    new KitAlarm(this, 'Waiting', {
      kit,
      room: foundation,
      alarm: 'deadLetters',
      metric: (period) => queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      topic: alerts,
    });
    this.queue = queue;
  }
}
