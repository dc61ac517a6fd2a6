/**
 * Turns many signals into at most one training per episode: rules, one guarded function, and the table in which it writes why.
 *
 * Level-triggered: every monitoring run reports, and the guard decides. An alarm as trigger would fire once and could be lost, without
 * a reason for a missing start. Train's end releases the lock; without an end event the lock expires.
 * Idle cost: none; the table is on demand.
 * Fails first: a signal that cannot be handled three times over. Alarm: foundation/dead-letters.
 */
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { KitProps } from '../foundation/kit-props';
import { forRules } from '../shared/dead-letters';
import { HandlerFunction } from '../shared/handler-function';
import { foundation } from '../foundation/room';
import { retraining } from './room';
import { monitoring, statuses } from '../monitoring/room';
import { names } from '../shared/names';
import { RoomStack } from '../shared/room-stack';

export interface RetrainingStackProps extends KitProps {
  readonly config: Config['retraining'];
  readonly train: IStateMachine;
  /** The longest duration of Train, after which a missing end event no longer holds the lock. */
  readonly lease: Duration;
}

/** Rules, guard, state table. */
export class RetrainingStack extends RoomStack {
  constructor(scope: Construct, id: string, props: RetrainingStackProps) {
    super(scope, id, retraining, props, 'ML lifecycle kit: guarded retraining');
    const { kit, train, deadLetters } = props;

    const state = new TableV2(this, 'State', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      // #region state
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.destroyData ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      // #endregion state
    });
    const guard = new HandlerFunction(this, 'StartRetraining', {
      room: 'retraining',
      handler: 'start-retraining',
      description: 'Decides whether a signal starts Train, and writes down why',
      environment: {
        [foundation.env.kit]: kit,
        [retraining.env.stateTable]: state.tableName,
        [retraining.env.trainMachine]: train.stateMachineArn,
        [retraining.env.guard]: JSON.stringify({ ...props.config, leaseMinutes: props.lease.toMinutes() }),
      },
      timeout: Duration.seconds(30),
      logRetention: props.logRetention,
      deadLetterQueue: deadLetters,
    });
    // Its transactions only put, and are authorized as the puts in them.
    state.grants.actions(guard, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
    train.grantStartExecution(guard);

    const target = new LambdaFunction(guard, { deadLetterQueue: forRules(this, deadLetters) });
    new Rule(this, 'MonitorCompleted', {
      description:
        'Every monitoring run that could judge reaches the guard: violations open an episode, a clean window closes it',
      // #region rules
      eventPattern: {
        source: [names.eventSource(kit, 'monitoring')],
        detailType: [monitoring.events.completed],
        detail: { status: [statuses.completed, statuses.violations] },
      },
      // #endregion rules
      targets: [target],
    });
    new Rule(this, 'TrainEnded', {
      description: 'The end of Train releases the lock, however it ended',
      // #region rules
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [train.stateMachineArn], status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      // #endregion rules
      targets: [target],
    });
    new CfnOutput(this, retraining.outputs.table, { value: state.tableName });
  }
}
