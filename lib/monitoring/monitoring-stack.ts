/**
 * Monitors the champion's traffic: the state machine Monitor, its schedule, the alarms over several rooms, and the dashboard.
 *
 * One processing job computes drift, quality, bias and attribution of a window and writes the file shapes of SageMaker Model Monitor, which
 * new accounts can no longer use; `monitoring.engine: managed` is for those that can (docs/decisions/0010). Windows are event time and
 * explicit: the schedule derives them, a replay passes them.
 * Idle cost: three alarms while the schedule is off; with it a fourth, and about 0.01 USD per day; a dashboard 3 USD per month after the account's third.
 * Fails first: too few captured records or labels, which have outcomes of their own. Refused records and missing columns raise
 * etl/quarantine-share. Alarms: monitoring/drift, monitoring/quality,
 * monitoring/heartbeat, monitoring/pipeline-failed.
 */
import { CfnOutput, Duration, TimeZone } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { ContextAttribute, type IScheduleTarget, Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { LakeProps } from '../data-lake/lake-props';
import { taskOf } from '../shared/dataset';
import type { Dataset } from '../shared/dataset-file';
import { KitAlarm, kitMetric } from '../shared/alarms';
import { modelPackageArns } from '../shared/arns';
import { SourceArchive } from '../shared/job-code';
import { JobRole } from '../shared/job-role';
import { LifecycleMachine } from '../shared/lifecycle-machine';
import { monitoring } from './room';
import { machineOutput } from '../shared/room';
import { folder, layout, names } from '../shared/names';
import { RoomStack } from '../shared/room-stack';
import { allowVolumes } from '../shared/volume-key';
import { xgboostImage } from '../shared/xgboost-image';
import { KitDashboard } from './dashboard';
import { ManagedEngine } from './managed-engine';
import { monitorMachine } from './monitor-machine';

export interface MonitoringStackProps extends LakeProps {
  readonly config: Pick<Config, 'monitoring' | 'gate' | 'labels' | 'serving'>;
  readonly dataset: Dataset;
  readonly champion: IStringParameter;
  /** The state machines of the earlier rooms, by title. */
  readonly machines: Record<'Prepare' | 'Train' | 'Release', IStateMachine>;
}

/** State machine Monitor, schedule, alarms, dashboard. */
export class MonitoringStack extends RoomStack {
  readonly monitor: LifecycleMachine;

  constructor(scope: Construct, id: string, props: MonitoringStackProps) {
    super(scope, id, monitoring, props, 'ML lifecycle kit: drift, quality, alarms, dashboard');
    const { kit, config, dataset, alerts } = props;
    this.monitor = this.addMonitor(props);
    const managed = config.monitoring.engine === 'managed' ? new ManagedEngine(this, 'Managed', props) : undefined;
    // Model Monitor has its own schedules; the machine stays for windows that a person requests.
    if (managed === undefined) this.addSchedule(config.monitoring.schedule);

    const machines = { ...props.machines, Monitor: this.monitor.machine };
    const violations = (metric: string) => kitMetric(kit, metric, 'Maximum');
    const { driftViolations, qualityViolations, heartbeat } = monitoring.metrics;
    const own = { kit, room: monitoring, topic: alerts };
    new KitAlarm(this, 'Drift', { ...own, alarm: 'drift', metric: violations(driftViolations) });
    new KitAlarm(this, 'Quality', { ...own, alarm: 'quality', metric: violations(qualityViolations) });
    // The alarm would stay in ALARM while the schedule is off, because no heartbeat arrives.
    if (config.monitoring.schedule)
      new KitAlarm(this, 'Heartbeat', { ...own, alarm: 'heartbeat', metric: kitMetric(kit, heartbeat, 'SampleCount') });
    new KitAlarm(this, 'PipelineFailed', {
      ...own,
      alarm: 'pipelineFailed',
      metric: (period) => failures(Object.values(machines), managed?.errors(period) ?? [], period),
    });
    if (config.monitoring.dashboard)
      new KitDashboard(this, 'Dashboard', { kit, measure: taskOf(dataset).measure, machines });
    new CfnOutput(this, machineOutput('Monitor'), { value: this.monitor.machine.stateMachineArn });
  }

  private addMonitor(props: MonitoringStackProps): LifecycleMachine {
    const { kit, config, dataset, raw, captured, artifacts, champion } = props;
    const image = xgboostImage(this);
    const source = new SourceArchive(this, 'Source', dataset.name);
    const labels = folder(layout.raw.groundTruth);
    const records = folder(layout.captured.records.replace('{endpoint}', names.endpoint(kit)));

    const role = new JobRole(this, 'JobRole', image.repositoryArn);
    captured.grantRead(role, `${records}*`);
    raw.grantRead(role, `${labels}*`);
    const { evaluations, models, windows } = layout.artifacts;
    for (const place of [evaluations, models, windows]) artifacts.grantRead(role, `${folder(place)}*`);
    artifacts.grantPut(role, `${folder(windows)}*`);
    source.asset.grantRead(role);
    allowVolumes(role, props.key);
    if (props.isolated !== undefined) role.allowVpc();

    const monitor = new LifecycleMachine(this, 'Monitor', {
      title: 'Monitor',
      definition: monitorMachine({
        kit,
        config: config.monitoring,
        gate: config.gate,
        labelDelayDays: config.labels.delayDays,
        namePrefix: kit,
        tags: this.roomTags,
        roleArn: role.roleArn,
        imageUri: image.uri,
        sourceArchive: source.asset.s3ObjectUrl,
        keyArn: props.key.keyArn,
        artifacts: artifacts.bucketName,
        capturedUri: captured.s3UrlForObject(records),
        labelsUri: raw.s3UrlForObject(labels),
        championParameter: champion.parameterName,
        alertsTopicArn: props.alerts.topicArn,
        vpcConfig: props.isolated?.vpcConfig,
      }),
      alerts: props.alerts,
      timeout: Duration.minutes(90),
      logRetention: props.logRetention,
    });
    monitor.allowJobs('processing', kit, role);
    monitor.allow(['sagemaker:DescribeModelPackage'], [modelPackageArns(kit)]);
    monitor.allow(['ssm:GetParameter'], [champion.parameterArn]);
    monitor.allowRead(artifacts, folder(windows));
    monitor.allowMetrics();
    monitor.allowEvents(names.eventSource(kit, 'monitoring'));
    return monitor;
  }

  private addSchedule(enabled: boolean): void {
    // #region schedule
    const schedule = (target: IScheduleTarget) =>
      new Schedule(this, 'Daily', {
        description: 'Monitors the trailing window',
        // The run follows the night's label files. The window is derived from the scheduled time, so a late start changes nothing.
        schedule: ScheduleExpression.cron({ minute: '0', hour: '6', timeZone: TimeZone.ETC_UTC }),
        enabled,
        target,
      });
    this.monitor.startBy(schedule, { scheduledTime: ContextAttribute.scheduledTime });
    // #endregion schedule
  }
}

function failures(machines: IStateMachine[], errors: IMetric[], period: Duration): MathExpression {
  const executions = Object.fromEntries(
    machines.flatMap((machine, i) => [
      [`failed${i}`, machine.metricFailed({ period })],
      [`timedOut${i}`, machine.metricTimedOut({ period })],
    ]),
  );
  const usingMetrics = { ...executions, ...Object.fromEntries(errors.map((metric, i) => [`error${i}`, metric])) };
  return new MathExpression({
    // Most metrics have no data most of the time, and a sum must not need all of them.
    // #region failures
    expression: `SUM([${Object.keys(usingMetrics)
      .map((id) => `FILL(${id}, 0)`)
      .join(', ')}])`,
    usingMetrics,
    period,
    label: 'Failed executions',
    // #endregion failures
  });
}
