import { type CfnCondition, type CfnResource, Fn } from 'aws-cdk-lib';
import {
  CfnDataQualityJobDefinition,
  type CfnEndpoint,
  CfnModelBiasJobDefinition,
  CfnModelExplainabilityJobDefinition,
  CfnModelQualityJobDefinition,
  CfnMonitoringSchedule,
} from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { Config } from '../../config';
import type { LakeProps } from '../../data-lake/lake-props';
import { targetOf } from '../../shared/dataset';
import type { Dataset } from '../../shared/dataset-file';
import { type ManagedMonitor, monitoringSchedule } from '../room';
import { fill, folder, layout, names } from '../../shared/names';
import { hasLocalStorage } from '../../shared/volume-key';
import { exchangeOf } from './clarify';
import type { ManagedAccess } from './access';
import { analyzerImage, clarifyImage } from './images';

export interface ManagedMonitorsProps extends LakeProps {
  readonly dataset: Dataset;
  readonly config: Pick<Config, 'monitoring' | 'labels'>;
  readonly access: ManagedAccess;
  readonly endpoint: CfnEndpoint;
  /** Condition: a model is deployed. */
  readonly condition: CfnCondition;
}

/**
 * The four definitions of SageMaker Model Monitor and their schedules, beside the monitored endpoint: a schedule needs it in service, and
 * prevents its deletion. All four use the same day, the newest with delivered labels.
 */
export class ManagedMonitors extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ManagedMonitorsProps,
  ) {
    super(scope, id);
    const { labels } = props.config;
    // Days before the midnight at which a schedule fires; the service accepts one day at most.
    const [from, to] = [labels.delayDays + 1, labels.delayDays];
    const analysed = { dataAnalysisStartTime: `-PT${24 * from}H`, dataAnalysisEndTime: `-PT${24 * to}H` };
    const offset = { startTimeOffset: `-P${from}D`, endTimeOffset: `-P${to}D` };
    const analyzer = { imageUri: analyzerImage(this).uri, recordPreprocessorSourceUri: props.access.preprocessorUri };
    const clarify = (monitor: ManagedMonitor) => ({
      imageUri: clarifyImage(this).uri,
      configUri: this.artifact(fill(layout.artifacts.managedConfig, { monitor })),
    });
    const groundTruthS3Input = { s3Uri: props.raw.s3UrlForObject(folder(layout.raw.groundTruth)) };
    const files = layout.files.evaluation;
    const baseline = (file: string) => ({ s3Uri: this.artifact(fill(layout.artifacts.managedBaselines, { file })) });

    this.schedule(
      'data-quality',
      new CfnDataQualityJobDefinition(this, 'DataQuality', {
        ...this.common(),
        dataQualityAppSpecification: analyzer,
        dataQualityBaselineConfig: {
          constraintsResource: baseline(files.constraints),
          statisticsResource: baseline(files.statistics),
        },
        dataQualityJobInput: { endpointInput: this.captured() },
        dataQualityJobOutputConfig: this.output('data-quality'),
      }),
      analysed,
    );
    this.schedule(
      'model-quality',
      new CfnModelQualityJobDefinition(this, 'ModelQuality', {
        ...this.common(),
        modelQualityAppSpecification: { ...analyzer, problemType: 'BinaryClassification' },
        modelQualityBaselineConfig: { constraintsResource: baseline(files.qualityConstraints) },
        modelQualityJobInput: {
          // The names that the preprocessor writes, without the analyzer's prefix.
          endpointInput: { ...this.captured(), ...offset, ...predictionOf(props.dataset) },
          groundTruthS3Input,
        },
        modelQualityJobOutputConfig: this.output('model-quality'),
      }),
    );
    this.schedule(
      'model-bias',
      new CfnModelBiasJobDefinition(this, 'ModelBias', {
        ...this.common(),
        modelBiasAppSpecification: clarify('model-bias'),
        modelBiasBaselineConfig: { constraintsResource: baseline(files.analysis) },
        modelBiasJobInput: {
          endpointInput: {
            ...this.captured(),
            ...offset,
            featuresAttribute: exchangeOf(props.dataset).features,
            inferenceAttribute: exchangeOf(props.dataset).prediction,
          },
          groundTruthS3Input,
        },
        modelBiasJobOutputConfig: this.output('model-bias'),
      }),
    );
    this.schedule(
      'model-explainability',
      new CfnModelExplainabilityJobDefinition(this, 'ModelExplainability', {
        ...this.common(),
        modelExplainabilityAppSpecification: clarify('model-explainability'),
        modelExplainabilityBaselineConfig: { constraintsResource: baseline(files.analysis) },
        modelExplainabilityJobInput: {
          endpointInput: {
            ...this.captured(),
            featuresAttribute: exchangeOf(props.dataset).features,
            probabilityAttribute: exchangeOf(props.dataset).score,
          },
        },
        modelExplainabilityJobOutputConfig: this.output('model-explainability'),
      }),
      analysed,
    );
  }

  private artifact(key: string): string {
    return this.props.artifacts.s3UrlForObject(key);
  }

  private common() {
    const { access, config, isolated } = this.props;
    return {
      // Definitions have no names: each property is create-only, and a named replacement would collide with the old definition.
      roleArn: access.role.roleArn,
      jobResources: {
        clusterConfig: {
          instanceCount: 1,
          instanceType: config.monitoring.managedInstanceType,
          volumeSizeInGb: 20,
          volumeKmsKeyId: hasLocalStorage(config.monitoring.managedInstanceType) ? undefined : this.props.key.keyArn,
        },
      },
      // Model quality splits it between joining labels and the analysis.
      stoppingCondition: { maxRuntimeInSeconds: 7200 },
      networkConfig: isolated && { vpcConfig: isolated.cfnVpcConfig },
    };
  }

  private captured() {
    return { endpointName: names.endpoint(this.props.kit), localPath: `${ROOT}/input/endpoint` };
  }

  private output(monitor: ManagedMonitor) {
    // There is no slash at the end: see processing-job.ts.
    const s3Uri = this.artifact(fill(layout.artifacts.managedReports, { monitor }).replace(/\/$/, ''));
    return {
      kmsKeyId: this.props.key.keyArn,
      monitoringOutputs: [{ s3Output: { s3Uri, localPath: `${ROOT}/output`, s3UploadMode: 'EndOfJob' } }],
    };
  }

  private schedule(
    monitor: ManagedMonitor,
    definition: CfnResource & { readonly attrJobDefinitionArn: string },
    analysed?: { dataAnalysisStartTime: string; dataAnalysisEndTime: string },
  ): void {
    const { kit, config, endpoint, condition } = this.props;
    definition.cfnOptions.condition = condition;
    definition.addResourceDependency(endpoint);
    if (!config.monitoring.schedule) return;
    // The definitions have the service's names of their types as ids.
    const monitoringType = definition.node.id;
    const schedule = new CfnMonitoringSchedule(this, `${monitoringType}Schedule`, {
      monitoringScheduleName: monitoringSchedule(kit, monitor),
      monitoringScheduleConfig: {
        monitoringType,
        // The service chooses the name; only the ARN, which ends in it, is returned.
        monitoringJobDefinitionName: Fn.select(1, Fn.split('/', definition.attrJobDefinitionArn)),
        // Model Monitor supports hours and days only, and starts up to 20 minutes late.
        scheduleConfig: { scheduleExpression: 'cron(0 0 ? * * *)', ...analysed },
      },
    });
    schedule.cfnOptions.condition = condition;
    schedule.addResourceDependency(endpoint);
  }
}

const ROOT = '/opt/ml/processing';
const predictionOf = (dataset: Dataset) => ({ inferenceAttribute: targetOf(dataset), probabilityAttribute: 'score' });
