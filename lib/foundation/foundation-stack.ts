/**
 * Shared resources of all rooms: key, alerts topic, dead-letter queue, audit trail, budget; in production also the isolated network.
 *
 * One customer-managed key for everything, because each costs 1 USD per month and grants on one key are read in one place. Its policy names
 * exactly the services that use it on their own behalf; roles get the key through their own policies.
 * Idle cost: the key and an alarm; the trail is free while it is the account's only management trail.
 * Alarm: foundation/dead-letters. Fails first: an alarm that cannot publish to the encrypted topic is silent. scripts/rehearse/key-policy.ts derives it from the templates.
 */
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import { adoptProviders } from '../shared/custom-resources';
import { RoomStack, type RoomProps } from '../shared/room-stack';
import { DeadLetters } from './dead-letters';
import { IsolatedNetwork } from './isolated-network';
import { foundation } from './room';

export interface FoundationStackProps extends RoomProps {
  readonly config: Config['foundation'];
  readonly network: Config['network'];
  readonly engine: Config['monitoring']['engine'];
  /** Services that use the key on their own behalf, from the contracts of the enabled rooms. */
  readonly keyPrincipals: readonly string[];
}

/** Key, alerts topic, dead letters, audit trail, budget, network. */
export class FoundationStack extends RoomStack {
  readonly key: IKey;
  readonly alerts: ITopic;
  readonly deadLetters: IQueue;
  /** Undefined unless the configuration enables it. */
  readonly isolated?: IsolatedNetwork;

  constructor(scope: Construct, id: string, props: FoundationStackProps) {
    super(scope, id, foundation, props, 'ML lifecycle kit: key, alerts, dead letters, audit trail, budget');
    const { kit, config } = props;
    const removalPolicy = config.destroyData ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;

    // #region key
    this.key = new Key(this, 'Key', {
      alias: `alias/${kit}`,
      description: `Everything of the kit ${kit}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      removalPolicy,
    });
    this.allowKey(props.keyPrincipals, ['kms:Decrypt', 'kms:GenerateDataKey*']);
    // #endregion key

    // #region alerts
    this.alerts = new Topic(this, 'Alerts', { masterKey: this.key, enforceSSL: true, displayName: `${kit} alerts` });
    // enforceSSL replaces the default policy, which let alarms of the account publish.
    this.alerts.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com'), new ServicePrincipal('budgets.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alerts.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    // #endregion alerts
    if (config.alertEmail !== undefined) this.alerts.addSubscription(new EmailSubscription(config.alertEmail));

    this.deadLetters = new DeadLetters(this, 'DeadLetters', { kit, alerts: this.alerts }).queue;

    if (config.auditTrail) this.addAuditTrail(config.destroyData, removalPolicy);
    if (config.monthlyBudgetUsd !== null) this.addBudget(config.monthlyBudgetUsd);
    if (props.network.isolatedVpc)
      this.isolated = new IsolatedNetwork(this, 'Isolated', {
        engine: props.engine,
        logRetention: config.logRetentionDays,
      });
    adoptProviders(this, this.roomTags, config.logRetentionDays);
  }

  private allowKey(
    services: readonly string[],
    actions: string[],
    conditions?: Record<string, Record<string, string>>,
  ): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: services.map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
        actions,
        resources: ['*'],
        conditions,
      }),
    );
  }

  private addAuditTrail(destroyData: boolean, removalPolicy: RemovalPolicy): void {
    // Decrypt is needed to create a trail whose bucket has an S3 Bucket Key.
    // #region trail
    this.allowKey(['cloudtrail'], ['kms:GenerateDataKey*', 'kms:DescribeKey', 'kms:Decrypt'], {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
    });
    // #endregion trail
    const bucket = new Bucket(this, 'AuditBucket', {
      encryptionKey: this.key,
      encryption: BucketEncryption.KMS,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(365) }],
      removalPolicy,
      autoDeleteObjects: destroyData,
    });
    // #region trail
    new Trail(this, 'Trail', {
      bucket,
      encryptionKey: this.key,
      // The kit is in one Region. A trail of all Regions would serve the whole account, which is a decision of its owner.
      isMultiRegionTrail: false,
    });
    // #endregion trail
  }

  private addBudget(amount: number): void {
    const budget = new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        // The limit covers the whole account: a filter by tag counts nothing until the tag is activated for billing.
        budgetLimit: { amount, unit: 'USD' },
      },
      notificationsWithSubscribers: [
        {
          notification: {
            notificationType: 'ACTUAL',
            comparisonOperator: 'GREATER_THAN',
            threshold: 80,
            thresholdType: 'PERCENTAGE',
          },
          subscribers: [{ subscriptionType: 'SNS', address: this.alerts.topicArn }],
        },
      ],
    });
    // It is undocumented whether Budgets tests the topic at creation.
    budget.node.addDependency(this.alerts.node.findChild('Policy'));
  }
}
