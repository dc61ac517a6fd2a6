/** A lease for one holder at a time: a conditional item in a table, which expires so that a stopped holder does not block its successor. */
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { call, jsonata, type Retry, type State } from './asl';
import type { LifecycleMachine } from './lifecycle-machine';

const me = jsonata('$states.context.Execution.Id');
const now = '$floor($millis() / 1000)';
const NOT_MINE = 'DynamoDB.ConditionalCheckFailedException';

export interface Lease {
  readonly table: string;
  /** Name of the lease as a DynamoDB string: text or a JSONata expression. */
  readonly name: string;
  /** Longer than the holder needs; afterwards another may take the lease. */
  readonly duration: Duration;
}

/** The table of a machine's leases. On demand, so that it costs nothing at rest. */
export class LeaseTable extends TableV2 {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  grantLeases(machine: LifecycleMachine): void {
    machine.allow(['dynamodb:PutItem', 'dynamodb:DeleteItem'], [this.tableArn]);
  }
}

/** Takes the lease for this execution; while another holds it, waits up to twice its duration. */
export function takeLease<const Name extends string = never>(
  { table, name, duration }: Lease,
  state: { Next: Name } | { End: true },
): State<Name> {
  const seconds = duration.toSeconds();
  // #region lease
  const waitForHolder: Retry = {
    ErrorEquals: [NOT_MINE],
    IntervalSeconds: 30,
    // Full jitter draws each wait from 0 to 30 s: 15 s on average.
    MaxAttempts: Math.ceil((2 * seconds) / 15),
    BackoffRate: 1,
    JitterStrategy: 'FULL',
  };
  return call(
    'dynamodb:putItem',
    {
      TableName: table,
      Item: { pk: { S: name }, holder: { S: me }, expiresAt: { N: jsonata(`$string(${now} + ${seconds})`) } },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :now OR holder = :me',
      ExpressionAttributeValues: { ':now': { N: jsonata(`$string(${now})`) }, ':me': { S: me } },
    },
    { Retry: [waitForHolder], ...state },
  );
  // #endregion lease
}

/** Returns the lease; one that cannot be returned expires. A lease that another has taken, or that was never held, stays unchanged. */
export function returnLease<const Name extends string>(
  { table, name }: Pick<Lease, 'table' | 'name'>,
  next: Name,
): State<Name> {
  return call(
    'dynamodb:deleteItem',
    {
      TableName: table,
      Key: { pk: { S: name } },
      ConditionExpression: 'holder = :me',
      ExpressionAttributeValues: { ':me': { S: me } },
    },
    { Next: next, Catch: [{ ErrorEquals: ['States.ALL'], Next: next }] },
  );
}
