import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Config } from '../config';
import type { LakeProps } from '../data-lake/lake-props';
import type { Dataset } from '../shared/dataset-file';
import { endpointArn, endpointConfigArns } from '../serving/endpoint';
import { arn, mayPutEvents, modelPackageArns } from '../shared/arns';
import { HandlerFunction } from '../shared/handler-function';
import { dataLake } from '../data-lake/room';
import { managedMonitors, monitoringSchedule, serving } from '../serving/room';
import { monitoring } from './room';
import { foundation } from '../foundation/room';
import { training } from '../training/room';
import { folder, layout, names } from '../shared/names';
import { clarifyPrefix } from '../serving/managed/access';

export interface ManagedEngineProps extends LakeProps {
  readonly dataset: Dataset;
  readonly config: Pick<Config, 'monitoring' | 'labels' | 'serving'>;
  readonly champion: IStringParameter;
}

/**
 * Adapts SageMaker Model Monitor to the kit: the champion's baselines as its input, and the kit's own event, metrics and
 * outcome as its result. Alarms and guard are the same as with the open engine.
 */
export class ManagedEngine extends Construct {
  /** Errors of both functions; a failed run is one. */
  readonly errors: (period: Duration) => IMetric[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ManagedEngineProps,
  ) {
    super(scope, id);
    const functions = [this.addAdoption(), this.addReport()];
    this.errors = (period) => functions.map((one) => one.metricErrors({ period }));
  }

  private addAdoption(): HandlerFunction {
    const { kit, config, artifacts, logRetention } = this.props;
    const adopt = new HandlerFunction(this, 'AdoptChampion', {
      room: 'monitoring',
      handler: 'adopt-champion',
      dataset: this.props.dataset.name,
      description: 'Puts the baselines of a released model where Model Monitor reads them',
      environment: {
        [foundation.env.kit]: kit,
        [dataLake.env.artifactsBucket]: artifacts.bucketName,
        [serving.env.endpointName]: names.endpoint(kit),
        [monitoring.env.clarify]: JSON.stringify({
          instanceType: config.serving.instanceType,
          prefix: clarifyPrefix(kit),
        }),
      },
      timeout: Duration.minutes(1),
      logRetention,
    });
    artifacts.grantRead(adopt, `${folder(layout.artifacts.evaluations)}*`);
    artifacts.grantPut(adopt, `${folder(layout.artifacts.managedConfig)}*`);
    adopt.allow(
      ['sagemaker:DescribeModelPackage', 'sagemaker:DescribeEndpoint', 'sagemaker:DescribeEndpointConfig'],
      [modelPackageArns(kit), endpointArn(kit), endpointConfigArns],
    );
    new Rule(this, 'Released', {
      description: 'A release changes what the managed monitors compare with',
      eventPattern: {
        source: [names.eventSource(kit, 'serving')],
        detailType: [serving.events.releaseFinished],
        detail: { outcome: ['released'] },
      },
      targets: [new LambdaFunction(adopt)],
    });
    return adopt;
  }

  private addReport(): HandlerFunction {
    const { kit, config, raw, artifacts, champion, alerts, logRetention } = this.props;
    const { confirm, minRecords } = config.monitoring;
    const report = new HandlerFunction(this, 'ReportRun', {
      room: 'monitoring',
      handler: 'report-managed-run',
      dataset: this.props.dataset.name,
      description: 'Says what a run of Model Monitor found in the words of the kit',
      environment: {
        [foundation.env.kit]: kit,
        [dataLake.env.artifactsBucket]: artifacts.bucketName,
        [dataLake.env.rawBucket]: raw.bucketName,
        [training.env.championParameter]: champion.parameterName,
        [foundation.env.alertsTopic]: alerts.topicArn,
        [monitoring.env.managed]: JSON.stringify({ confirm, minRecords, delayDays: config.labels.delayDays }),
      },
      // Label files of a year are read ten at a time.
      timeout: Duration.minutes(2),
      logRetention,
    });
    artifacts.grantRead(report, `${folder(layout.artifacts.managedReports)}*`);
    artifacts.grantRead(report, `${folder(layout.artifacts.windows)}*`);
    artifacts.grantPut(report, `${folder(layout.artifacts.windows)}*`);
    raw.grantRead(report, `${folder(layout.raw.groundTruth)}*`);
    champion.grantRead(report);
    alerts.grantPublish(report);
    report.allow(
      ['sagemaker:DescribeProcessingJob', 'sagemaker:DescribeModelPackage'],
      // The service chooses the names of its jobs.
      [arn('sagemaker', 'processing-job/*'), modelPackageArns(kit)],
    );
    report.addToRolePolicy(mayPutEvents(names.eventSource(kit, 'monitoring')));
    new Rule(this, 'RunEnded', {
      description: 'Every end of a managed run: CompletedWithViolations is in the exit message of its processing job',
      eventPattern: {
        source: ['aws.sagemaker'],
        detailType: ['SageMaker Processing Job State Change'],
        detail: {
          ProcessingJobStatus: ['Completed', 'Failed', 'Stopped'],
          MonitoringScheduleArn: managedMonitors.map((monitor) =>
            arn('sagemaker', `monitoring-schedule/${monitoringSchedule(kit, monitor)}`),
          ),
        },
      },
      targets: [new LambdaFunction(report)],
    });
    return report;
  }
}
