/**
 * The model that serves, and nothing else: Model, EndpointConfig, Endpoint and scaling, all of them conditional on one parameter.
 *
 * Release changes the parameter with the previous template, so the template stays the truth, `cdk destroy` removes what bills, and the first
 * deployment succeeds without a model. It has no IAM resources, assets and bootstrap parameter, so Release needs rights to its types only.
 * Idle cost: serverless nothing; real-time the instances (ml.m5.large 0.115 USD per hour each).
 * Fails first: an update that CloudFormation or a guardrail rolls back; Release rejects the package. Alarm: serving/endpoint-errors.
 */
import {
  CfnCondition,
  CfnParameter,
  type CfnResource,
  CfnWaitConditionHandle,
  DefaultStackSynthesizer,
  Fn,
} from 'aws-cdk-lib';
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { LakeProps } from '../data-lake/lake-props';
import { ManagedMonitors, type ManagedMonitorsProps } from './managed/monitors';
import { MODEL_PARAMETER, serving } from './room';
import { NO_MODEL } from '../training/room';
import { RoomStack } from '../shared/room-stack';
import { hasLocalStorage } from '../shared/volume-key';
import { LONGEST_UPDATE, VARIANT } from './endpoint';
import { names } from '../shared/names';

export interface ServingModelStackProps extends LakeProps {
  readonly config: Config['serving'];
  readonly modelRole: IRole;
  /** Alarms that roll an update back. */
  readonly guardrails: IAlarm[];
  /** Model Monitor's definitions and schedules, beside the endpoint. @default the open engine, which needs none */
  readonly managed?: Pick<ManagedMonitorsProps, 'access' | 'config' | 'dataset'>;
}

/** Model, EndpointConfig, Endpoint. */
export class ServingModelStack extends RoomStack {
  constructor(scope: Construct, id: string, props: ServingModelStackProps) {
    // The rule of bootstrapped stacks would add an SSM parameter, which every release would need permission to read.
    const synthesizer = new DefaultStackSynthesizer({ generateBootstrapVersionRule: false });
    super(scope, id, serving, props, 'ML lifecycle kit: the model that serves', synthesizer);
    const { kit, config } = props;
    const [serverless, realTime] = [config.mode === 'serverless', config.mode === 'real-time'];
    // #region parameter
    // Release sets the parameter by this name.
    // eslint-disable-next-line awscdk/no-variable-construct-id
    const modelPackage = new CfnParameter(this, MODEL_PARAMETER, {
      default: NO_MODEL,
      description: `ARN of the model package that serves, or ${NO_MODEL}. Changed by Release, not by hand.`,
    });
    const hasModel = new CfnCondition(this, 'HasModel', {
      expression: Fn.conditionNot(Fn.conditionEquals(modelPackage.valueAsString, NO_MODEL)),
    });

    // The one resource without a condition, because a stack without any would stay in review until its first release. It is free.
    new CfnWaitConditionHandle(this, 'Always');
    // #endregion parameter

    // Only the endpoint has a name: a package cannot change inside a model, so each release replaces model and configuration.
    const model = new CfnModel(this, 'Model', {
      executionRoleArn: props.modelRole.roleArn,
      containers: [{ modelPackageName: modelPackage.valueAsString }],
      // The code is inside model.tar.gz. A serverless endpoint supports neither property.
      enableNetworkIsolation: serverless ? undefined : true,
      vpcConfig: props.isolated?.cfnVpcConfig,
    });
    const variant = {
      modelName: model.attrModelName,
      variantName: VARIANT,
      ...(serverless
        ? { serverlessConfig: { memorySizeInMb: config.memoryMb, maxConcurrency: config.maxConcurrency } }
        : {
            instanceType: config.instanceType,
            initialInstanceCount: realTime ? config.minInstances : 1,
            initialVariantWeight: 1,
          }),
    };
    const endpointConfig = new CfnEndpointConfig(this, 'EndpointConfig', {
      productionVariants: [variant],
      kmsKeyId: serverless || hasLocalStorage(config.instanceType) ? undefined : props.key.keyArn,
      // With one instance the function captures, as for a serverless endpoint.
      dataCaptureConfig: realTime ? nativeCapture(props.captured, props.key) : undefined,
    });
    const endpoint = new CfnEndpoint(this, 'Endpoint', {
      endpointName: names.endpoint(kit),
      endpointConfigName: endpointConfig.attrEndpointConfigName,
      deploymentConfig: realTime ? canary(props.guardrails) : undefined,
      // An update would otherwise reset the scaled count.
      retainAllVariantProperties: realTime ? true : undefined,
    });
    const scaling = realTime ? this.addScaling(endpoint, config) : [];
    for (const resource of [model, endpointConfig, endpoint, ...scaling]) resource.cfnOptions.condition = hasModel;
    if (props.managed !== undefined)
      new ManagedMonitors(this, 'Monitors', { ...props, ...props.managed, endpoint, condition: hasModel });
  }

  private addScaling(endpoint: CfnEndpoint, config: Config['serving']): CfnResource[] {
    const target = new CfnScalableTarget(this, 'Scaling', {
      serviceNamespace: 'sagemaker',
      scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      resourceId: `endpoint/${endpoint.endpointName}/variant/${VARIANT}`,
      minCapacity: config.minInstances,
      maxCapacity: config.maxInstances,
    });
    target.addResourceDependency(endpoint);
    const policy = new CfnScalingPolicy(this, 'ScalingPolicy', {
      policyName: `${endpoint.endpointName}-invocations`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.ref,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
        // Invocations per minute and instance.
        targetValue: 600,
        scaleInCooldown: 300,
        scaleOutCooldown: 60,
      },
    });
    return [target, policy];
  }
}

function nativeCapture(captured: IBucket, key: IKey): CfnEndpointConfig.DataCaptureConfigProperty {
  return {
    enableCapture: true,
    initialSamplingPercentage: 100,
    destinationS3Uri: captured.s3UrlForObject(),
    kmsKeyId: key.keyArn,
    captureOptions: [{ captureMode: 'Input' }, { captureMode: 'Output' }],
    // A type that is not listed is captured as base64.
    captureContentTypeHeader: { jsonContentTypes: ['application/json'] },
  };
}

/** Half of the fleet first, ten minutes under the alarms, then the rest. */
function canary(guardrails: IAlarm[]): CfnEndpoint.DeploymentConfigProperty {
  return {
    // #region canary
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: {
        type: 'CANARY',
        canarySize: { type: 'CAPACITY_PERCENT', value: 50 },
        waitIntervalInSeconds: 600,
      },
      terminationWaitInSeconds: 300,
      maximumExecutionTimeoutInSeconds: LONGEST_UPDATE.toSeconds(),
    },
    autoRollbackConfiguration: { alarms: guardrails.map(({ alarmName }) => ({ alarmName })) },
    // #endregion canary
  };
}
