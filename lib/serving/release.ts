import { Aws, Duration } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import { type IScheduleTarget, Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../config';
import type { LakeProps } from '../data-lake/lake-props';
import { arn, modelPackageArns } from '../shared/arns';
import { HandlerFunction } from '../shared/handler-function';
import { LeaseTable } from '../shared/lease';
import { LifecycleMachine } from '../shared/lifecycle-machine';
import { managedMonitors, monitoringSchedule } from './room';
import { NO_MODEL } from '../training/room';
import { folder, layout, names } from '../shared/names';
import { allowVolumes } from '../shared/volume-key';
import { endpointArn, endpointConfigArns, everyAlarm, LONGEST_UPDATE, modelArns } from './endpoint';
import { RELEASE_FAILURE } from './release-context';
import { releaseMachine } from './release-machine';

export interface ReleaseProps extends Pick<
  LakeProps,
  'kit' | 'artifacts' | 'key' | 'alerts' | 'deadLetters' | 'logRetention'
> {
  readonly config: Config['serving'];
  readonly champion: IStringParameter;
  readonly modelRole: IRole;
  /** Role of the managed monitors, which are in the same stack. @default none */
  readonly monitorRole?: IRole;
}

/** Longer than a release: an update, a second one to restore the champion, and half an hour for everything else. */
const LEASE = Duration.minutes(2 * LONGEST_UPDATE.toMinutes() + 30);

/** State machine Release with its lease, and the role under which CloudFormation changes ServingModel. */
export class Release extends Construct {
  readonly machine: LifecycleMachine;

  constructor(scope: Construct, id: string, props: ReleaseProps) {
    super(scope, id);
    const { kit, config, modelRole, monitorRole, champion, alerts } = props;
    const stackName = names.stack(kit, 'serving-model');
    const stackRole = this.addStackRole(kit, config.mode, modelRole, monitorRole);
    // The caller who creates an endpoint with encrypted volumes needs it beside the model's role.
    if (config.mode !== 'serverless') allowVolumes(stackRole, props.key);
    const explain = this.addExplain(stackName, props.logRetention);
    const leases = new LeaseTable(this, 'Leases');
    this.machine = new LifecycleMachine(this, 'Machine', {
      title: 'Release',
      definition: releaseMachine({
        kit,
        stackName,
        stackRoleArn: stackRole.roleArn,
        lease: { table: leases.tableName, name: 'release', duration: LEASE },
        championParameter: champion.parameterName,
        artifacts: props.artifacts.bucketName,
        alertsTopicArn: alerts.topicArn,
        explainArn: explain.functionArn,
      }),
      onFailure: RELEASE_FAILURE,
      alerts,
      // Waiting for another execution's lease, then holding one.
      timeout: Duration.minutes(2 * LEASE.toMinutes()),
      logRetention: props.logRetention,
    });
    this.machine.allow(['ssm:GetParameter', 'ssm:PutParameter'], [champion.parameterArn]);
    this.machine.allowRead(props.artifacts, folder(layout.artifacts.evaluations));
    leases.grantLeases(this.machine);
    this.machine.allow(['lambda:InvokeFunction'], [explain.functionArn]);
    this.machine.allow(['sagemaker:DescribeModelPackage', 'sagemaker:UpdateModelPackage'], [modelPackageArns(kit)]);
    this.machine.allow(
      ['sagemaker:DescribeEndpoint', 'sagemaker:DescribeEndpointConfig', 'sagemaker:DescribeModel'],
      [endpointArn(kit), endpointConfigArns, modelArns],
    );
    this.machine.allow(['sagemaker:InvokeEndpoint'], [endpointArn(kit)]);
    this.machine.allowEvents(names.eventSource(kit, 'serving'));
    this.allowUpdate(stackName, stackRole);
    if (config.expireAfterHours !== undefined) this.addExpiry(config.expireAfterHours);

    const approved = new Rule(this, 'PackageApproved', {
      description: 'An approved model package starts Release',
      eventPattern: {
        source: ['aws.sagemaker'],
        detailType: ['SageMaker Model Package State Change'],
        detail: {
          ModelPackageGroupName: [names.modelPackageGroup(kit)],
          ModelApprovalStatus: ['Approved'],
          ModelPackageStatus: ['Completed'],
        },
      },
    });
    this.machine.startOn(
      approved,
      RuleTargetInput.fromObject({ modelPackageArn: EventField.fromPath('$.detail.ModelPackageArn'), force: false }),
      props.deadLetters,
    );
  }

  /** Stops the cost of a forgotten lab. The endpoint is removed through Release, so that the stack does not drift. */
  private addExpiry(afterHours: number): void {
    const schedule = (target: IScheduleTarget) =>
      new Schedule(this, 'Expiry', {
        description: `Releases ${NO_MODEL} once the model has not changed for ${afterHours} hours`,
        // An hourly rate instead of one date, because a release in between restarts the period, and a template must not depend on its date.
        schedule: ScheduleExpression.rate(Duration.hours(1)),
        target,
      });
    this.machine.startBy(schedule, { modelPackageArn: NO_MODEL, afterHours });
  }

  /** Permits updates of one stack, and only under the role that can do nothing else. */
  private allowUpdate(stackName: string, stackRole: IRole): void {
    const stack = arn('cloudformation', `stack/${stackName}/*`);
    this.machine.allow(['cloudformation:DescribeStacks'], [stack]);
    this.machine.allow(['cloudformation:UpdateStack'], [stack], {
      StringEquals: { 'cloudformation:RoleArn': stackRole.roleArn },
    });
    this.machine.allow(['iam:PassRole'], [stackRole.roleArn], {
      StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
    });
  }

  private addExplain(stackName: string, logRetention: RetentionDays): HandlerFunction {
    const explain = new HandlerFunction(this, 'Explain', {
      room: 'serving',
      handler: 'explain-update',
      description: 'Says why the last update of the stack that serves failed',
      timeout: Duration.seconds(30),
      logRetention,
    });
    explain.allow(['cloudformation:DescribeStackEvents'], [arn('cloudformation', `stack/${stackName}/*`)]);
    return explain;
  }

  private addStackRole(kit: string, mode: Config['serving']['mode'], modelRole: IRole, monitorRole?: IRole): Role {
    const role = new Role(this, 'StackRole', {
      assumedBy: new ServicePrincipal('cloudformation.amazonaws.com'),
      description: 'Changes the resources of ServingModel and nothing else',
    });
    const allow = (actions: string[], resources: string[], conditions?: Record<string, Record<string, string>>) =>
      role.addToPolicy(new PolicyStatement({ actions, resources, conditions }));
    const kinds = ['Model', 'EndpointConfig', 'Endpoint'].flatMap((kind) =>
      ['Create', 'Describe', 'Delete'].map((verb) => `sagemaker:${verb}${kind}`),
    );
    allow(
      [...kinds, 'sagemaker:UpdateEndpoint', 'sagemaker:AddTags', 'sagemaker:DeleteTags', 'sagemaker:ListTags'],
      [modelArns, endpointConfigArns, endpointArn(kit)],
    );
    allow(['sagemaker:DescribeModelPackage'], [modelPackageArns(kit)]);
    const passed = [modelRole, ...(monitorRole === undefined ? [] : [monitorRole])];
    allow(
      ['iam:PassRole'],
      passed.map(({ roleArn }) => roleArn),
      { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    );
    if (monitorRole !== undefined) allowMonitors(kit, allow);
    if (mode === 'real-time') allowScaling(kit, allow);
    return role;
  }
}

type Allow = (actions: string[], resources: string[], conditions?: Record<string, Record<string, string>>) => void;

/** The definitions and schedules of Model Monitor. */
function allowMonitors(kit: string, allow: Allow): void {
  const kinds = ['DataQuality', 'ModelQuality', 'ModelBias', 'ModelExplainability'];
  const verbs = ['Create', 'Describe', 'Delete'];
  allow(
    [...kinds.flatMap((kind) => verbs.map((verb) => `sagemaker:${verb}${kind}JobDefinition`)), 'sagemaker:AddTags'],
    // CloudFormation chooses their names.
    managedMonitors.map((monitor) => arn('sagemaker', `${monitor}-job-definition/*`)),
  );
  allow(
    [...verbs, 'Update', 'Start', 'Stop']
      .map((verb) => `sagemaker:${verb}MonitoringSchedule`)
      .concat('sagemaker:AddTags'),
    managedMonitors.map((monitor) => arn('sagemaker', `monitoring-schedule/${monitoringSchedule(kit, monitor)}`)),
  );
}

/** Scaling of the variant, and the alarms that guard an update. */
function allowScaling(kit: string, allow: Allow): void {
  const verbs = [
    'RegisterScalableTarget',
    'DeregisterScalableTarget',
    'DescribeScalableTargets',
    'PutScalingPolicy',
    'DeleteScalingPolicy',
    'DescribeScalingPolicies',
  ];
  // Application Auto Scaling generates the ids of its targets.
  allow(
    verbs.map((verb) => `application-autoscaling:${verb}`),
    ['*'],
  );
  allow(['cloudwatch:DescribeAlarms'], [everyAlarm]);
  allow(['sagemaker:UpdateEndpointWeightsAndCapacities'], [endpointArn(kit)]);
  // A target-tracking policy creates alarms with generated names.
  allow(
    ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
    [arn('cloudwatch', `alarm:TargetTracking-endpoint/${names.endpoint(kit)}/*`)],
  );
  allow(
    ['iam:CreateServiceLinkedRole'],
    [
      `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/*`,
    ],
    { StringEquals: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' } },
  );
}
