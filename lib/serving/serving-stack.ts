/**
 * The way to the model, and the way to change it: the prediction API, its function, and the state machine Release.
 *
 * The endpoint is not here but in ServingModel, the one stack that Release updates: this stack deploys before any model exists, and the
 * API answers 503 with the next command until then. A handler is in front of the endpoint because a serverless one has no data capture.
 * Idle cost: four alarms.
 * Fails first: a cold serverless endpoint behind API Gateway's 29 s; the handler retries inside them. Alarms: serving/predict-errors,
 * serving/endpoint-errors, serving/endpoint-latency, serving/capture-failures.
 */
import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { LakeProps } from '../data-lake/lake-props';
import type { Dataset } from '../shared/dataset-file';
import { KitAlarm, kitMetric } from '../shared/alarms';
import { HandlerFunction } from '../shared/handler-function';
import { JobRole } from '../shared/job-role';
import type { LifecycleMachine } from '../shared/lifecycle-machine';
import { foundation } from '../foundation/room';
import { serving } from './room';
import { dataLake } from '../data-lake/room';
import { folder, layout, names } from '../shared/names';
import { ManagedAccess } from './managed/access';
import { machineOutput } from '../shared/room';
import { RoomStack } from '../shared/room-stack';
import { SignedApi } from '../shared/signed-api';
import { allowVolumes } from '../shared/volume-key';
import { xgboostImage } from '../shared/xgboost-image';
import { endpointArn, endpointMetric, everyAlarm } from './endpoint';
import { requestModel } from './request-model';
import { Release } from './release';

export interface ServingStackProps extends LakeProps {
  readonly config: Config['serving'];
  readonly dataset: Dataset;
  /** Whether SageMaker Model Monitor watches the endpoint. */
  readonly engine: Config['monitoring']['engine'];
  readonly capture: IDeliveryStream;
  readonly champion: IStringParameter;
}

/** Prediction API and state machine Release. */
export class ServingStack extends RoomStack {
  /** The role of the model container; ServingModel has no IAM resources. */
  readonly modelRole: IRole;
  /** The role of the managed monitors, for the same reason. Undefined with the open engine. */
  readonly access?: ManagedAccess;
  readonly release: LifecycleMachine;
  /** Alarms that roll a real-time update back. */
  readonly guardrails: IAlarm[];

  constructor(scope: Construct, id: string, props: ServingStackProps) {
    super(scope, id, serving, props, 'ML lifecycle kit: prediction API and release');
    const { kit, config, alerts } = props;

    this.modelRole = this.addModelRole(props);
    if (props.engine === 'managed') this.access = new ManagedAccess(this, 'Managed', props);
    const predict = this.addPredict(props);
    const api = new SignedApi(this, 'Predictions', {
      name: `${kit}-predictions`,
      description: props.dataset.problem.question,
      throttle: config.throttle,
      rules: `The columns are in datasets/${props.dataset.name}/dataset.json.`,
      setsLoggingRole: true,
      posts: [
        {
          path: 'predictions',
          handler: predict,
          model: 'Request',
          modelName: 'Predictions',
          schema: requestModel(props.dataset, config.maxInstancesPerRequest),
        },
      ],
      logRetention: props.logRetention,
    });
    this.release = new Release(this, 'Release', {
      ...props,
      modelRole: this.modelRole,
      monitorRole: this.access?.role,
    }).machine;

    const own = { kit, room: serving, topic: alerts };
    const errors = endpointMetric(kit, 'Invocation5XXErrors', 'Sum');
    const latency = endpointMetric(kit, 'ModelLatency', 'p50');
    this.guardrails = [
      new KitAlarm(this, 'EndpointErrors', { ...own, alarm: 'endpointErrors', metric: errors }),
      new KitAlarm(this, 'EndpointLatency', { ...own, alarm: 'endpointLatency', metric: latency }),
    ];
    new KitAlarm(this, 'PredictErrors', { ...own, alarm: 'predictErrors', metric: api.serverErrors });
    const unkept = kitMetric(kit, serving.metrics.captureFailures, 'Sum');
    new KitAlarm(this, 'CaptureFailures', { ...own, alarm: 'captureFailures', metric: unkept });

    const out = serving.outputs;
    new CfnOutput(this, machineOutput('Release'), { value: this.release.machine.stateMachineArn });
    new CfnOutput(this, out.apiId, { value: api.restApiId });
    new CfnOutput(this, out.apiStage, { value: api.stageName });
    new CfnOutput(this, out.maxInstances, { value: String(config.maxInstancesPerRequest) });
  }

  private addModelRole({ artifacts, captured, config, key, isolated }: ServingStackProps): JobRole {
    const role = new JobRole(this, 'ModelRole', xgboostImage(this).repositoryArn);
    artifacts.grantRead(role, `${folder(layout.artifacts.models)}*`);
    // Native capture writes with this role, and fails silently without permission.
    if (config.mode === 'real-time') captured.grantPut(role);
    if (config.mode !== 'serverless') allowVolumes(role, key);
    if (isolated !== undefined) role.allowVpc();
    // SageMaker reads the state of an update's alarms with this role.
    if (config.mode === 'real-time') role.allow(['cloudwatch:DescribeAlarms'], [everyAlarm]);
    return role;
  }

  private addPredict({ kit, config, dataset, capture, logRetention }: ServingStackProps): HandlerFunction {
    const captures = config.mode !== 'real-time';
    const predict = new HandlerFunction(this, 'Predict', {
      room: 'serving',
      handler: 'predict',
      dataset: dataset.name,
      description: 'Checks a request, asks the endpoint, captures the exchange',
      environment: {
        [foundation.env.kit]: kit,
        [serving.env.endpointName]: names.endpoint(kit),
        [serving.env.maxInstances]: String(config.maxInstancesPerRequest),
        ...(captures ? { [dataLake.env.captureStream]: capture.deliveryStreamName } : {}),
      },
      // API Gateway's limit is 29 s.
      timeout: Duration.seconds(29),
      logRetention,
    });
    if (captures) capture.grant(predict, 'firehose:PutRecord');
    predict.allow(['sagemaker:InvokeEndpoint'], [endpointArn(kit)]);
    return predict;
  }
}
