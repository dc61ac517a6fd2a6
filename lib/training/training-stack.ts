/**
 * From curated features to a registered, gated model: the state machine Train, the model package group, and the champion parameter.
 *
 * Step Functions and not SageMaker Pipelines: the gate, the spot outcome and the release are one language, visible in one console, and a
 * machine costs nothing idle. The champion is a parameter that only Release writes: "latest approved" would be a model that never served.
 * Idle cost: nothing. A training costs about 0.02 USD of spot and the same of processing.
 * Fails first: no spot capacity (an outcome with a remedy, by e-mail) or a quota of 0. Alarm: monitoring/pipeline-failed.
 */
import { Aws, CfnOutput, CustomResource, Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { type IStringParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { LakeProps } from '../data-lake/lake-props';
import type { Dataset } from '../shared/dataset-file';
import { arn, modelPackageArns } from '../shared/arns';
import { HandlerFunction } from '../shared/handler-function';
import { SourceArchive } from '../shared/job-code';
import { JobRole } from '../shared/job-role';
import { LifecycleMachine } from '../shared/lifecycle-machine';
import { machineOutput } from '../shared/room';
import { championName, DELETE_VERSIONS_TAG, training } from './room';
import { folder, layout, names } from '../shared/names';
import { tagList } from '../shared/processing-job';
import { RoomStack } from '../shared/room-stack';
import { allowVolumes } from '../shared/volume-key';
import { xgboostImage } from '../shared/xgboost-image';
import { bakeoffMinutes } from './bakeoff';
import { trialMinutes } from './tuning-config';
import { trainMachine } from './train-machine';

export interface TrainingStackProps extends LakeProps {
  readonly config: Pick<Config, 'training' | 'gate' | 'labels' | 'monitoring' | 'serving'>;
  readonly dataset: Dataset;
}

/** State machine Train, registry, champion. */
export class TrainingStack extends RoomStack {
  readonly train: LifecycleMachine;
  /** ARN of the model package that serves, or `none`. */
  readonly champion: IStringParameter;
  readonly group: CfnModelPackageGroup;

  constructor(scope: Construct, id: string, props: TrainingStackProps) {
    super(scope, id, training, props, 'ML lifecycle kit: train, evaluate, gate, register');
    const { kit } = props;
    this.champion = this.addChampion(kit, props);
    this.group = this.addRegistry(kit, props);
    this.train = this.addTrain(kit, props);
    new CfnOutput(this, machineOutput('Train'), { value: this.train.machine.stateMachineArn });
  }

  /** Not an AWS::SSM::Parameter: with every changed tag of the stack CloudFormation would write its first value over the champion. */
  private addChampion(kit: string, props: TrainingStackProps): IStringParameter {
    const name = championName(kit);
    const declare = new HandlerFunction(this, 'DeclareChampion', {
      room: 'training',
      handler: 'declare-champion',
      description: 'Creates the champion parameter once, and deletes it with its stack',
      timeout: Duration.minutes(1),
      logRetention: props.logRetention,
    });
    declare.allow(
      ['ssm:PutParameter', 'ssm:AddTagsToResource', 'ssm:DeleteParameter'],
      [arn('ssm', `parameter${name}`)],
    );
    // #region champion
    const champion = new CustomResource(this, 'Champion', {
      serviceToken: declare.functionArn,
      resourceType: 'Custom::Champion',
      properties: {
        Name: name,
        Description: 'Model package that serves; written by Release alone',
        Tags: tagList(this.roomTags),
      },
    });
    // #endregion champion
    champion.node.addDependency(declare);
    return StringParameter.fromStringParameterAttributes(this, 'ChampionParameter', {
      parameterName: champion.ref,
      simpleName: false,
    });
  }

  private addRegistry(kit: string, props: TrainingStackProps): CfnModelPackageGroup {
    const group = new CfnModelPackageGroup(this, 'Models', {
      modelPackageGroupName: names.modelPackageGroup(kit),
      modelPackageGroupDescription: 'Gated models, one version a promotion',
    });
    if (!props.destroyData) {
      group.applyRemovalPolicy(RemovalPolicy.RETAIN);
      return group;
    }
    Tags.of(group).add(DELETE_VERSIONS_TAG, 'true');
    const deleteVersions = new HandlerFunction(this, 'DeleteModelPackages', {
      room: 'training',
      handler: 'delete-model-packages',
      description: 'Empties the model package group when its stack is deleted',
      timeout: Duration.minutes(5),
      logRetention: props.logRetention,
    });
    deleteVersions.allow(
      ['sagemaker:ListTags', 'sagemaker:DeleteModelPackage'],
      [group.attrModelPackageGroupArn, modelPackageArns(kit)],
    );
    // The list belongs to no group: IAM may ask for any package.
    deleteVersions.allow(['sagemaker:ListModelPackages'], ['*']);
    new CustomResource(this, 'Versions', {
      serviceToken: deleteVersions.functionArn,
      resourceType: 'Custom::ModelPackageVersions',
      properties: { Group: group.modelPackageGroupName, GroupArn: group.attrModelPackageGroupArn },
    }).node.addDependency(group, deleteVersions);
    return group;
  }

  private addTrain(kit: string, props: TrainingStackProps): LifecycleMachine {
    const { config, dataset, raw, curated, artifacts } = props;
    const image = xgboostImage(this);
    const source = new SourceArchive(this, 'Source', dataset.name);
    const features = folder(layout.curated.features);
    const labels = folder(layout.raw.groundTruth);
    const quality = folder(layout.curated.quality);

    const role = new JobRole(this, 'JobRole', image.repositoryArn);
    for (const place of [features, quality]) curated.grantRead(role, `${place}*`);
    raw.grantRead(role, `${labels}*`);
    const { checkpoints, evaluations, models } = layout.artifacts;
    for (const place of [evaluations, models]) {
      artifacts.grantRead(role, `${folder(place)}*`);
      artifacts.grantPut(role, `${folder(place)}*`);
    }
    artifacts.grantReadWrite(role, `${folder(checkpoints)}*`);
    source.asset.grantRead(role);
    allowVolumes(role, props.key);
    if (props.isolated !== undefined) role.allowVpc();

    const train = new LifecycleMachine(this, 'Train', {
      title: 'Train',
      definition: trainMachine({
        config: config.training,
        dataset,
        gate: config.gate,
        labelDelayDays: config.labels.delayDays,
        monitoring: config.monitoring,
        namePrefix: kit,
        tags: this.roomTags,
        roleArn: role.roleArn,
        imageUri: image.uri,
        region: Aws.REGION,
        servingMode: config.serving.mode,
        sourceArchive: source.asset.s3ObjectUrl,
        sourceFile: source.asset.s3ObjectKey,
        keyArn: props.key.keyArn,
        artifacts: artifacts.bucketName,
        featuresUri: curated.s3UrlForObject(features),
        labelsUri: raw.s3UrlForObject(labels),
        qualityUri: curated.s3UrlForObject(quality),
        championParameter: this.champion.parameterName,
        modelPackageGroup: this.group.modelPackageGroupName,
        alertsTopicArn: props.alerts.topicArn,
        vpcConfig: props.isolated?.vpcConfig,
      }),
      alerts: props.alerts,
      // An execution that is stopped tells nobody why: the limit is for what waits for ever.
      timeout: Duration.minutes(
        Math.max(trialMinutes(config.training), bakeoffMinutes(config.training)) +
          2 * config.training.maxRuntimeMinutes +
          60,
      ),
      logRetention: props.logRetention,
    });
    for (const kind of ['training', 'tuning', 'processing'] as const) train.allowJobs(kind, kit, role);
    train.allow(
      ['sagemaker:ListTrainingJobsForHyperParameterTuningJob'],
      [arn('sagemaker', `hyper-parameter-tuning-job/${kit}-*`)],
    );
    train.allow(['ssm:GetParameter'], [this.champion.parameterArn]);
    train.allowRead(artifacts, folder(evaluations));
    train.allow(
      ['sagemaker:CreateModelPackage', 'sagemaker:DescribeModelPackage', 'sagemaker:UpdateModelPackage'],
      [this.group.attrModelPackageGroupArn, modelPackageArns(kit)],
    );
    // Registering may look at what it registers, with the caller's rights: SageMaker does so for images and model data.
    train.allowRead(artifacts, folder(models));
    train.allow(['ecr:BatchGetImage', 'ecr:DescribeImages'], [image.repositoryArn]);
    return train;
  }
}
