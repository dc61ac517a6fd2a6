import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../config';
import { requestModel } from './request-model';

export interface PredictionApiProps {
  readonly kit: string;
  readonly config: Pick<Config['serving'], 'maxInstancesPerRequest' | 'throttle'>;
  readonly predict: IFunction;
  readonly logRetention: RetentionDays;
}

const STAGE = 'live';

/** `POST /predictions`, signed with IAM. */
export class PredictionApi extends Construct {
  readonly restApiId: string;
  readonly stageName: string;
  /** Answers of 5xx. */
  readonly serverErrors: (period: Duration) => IMetric;

  constructor(scope: Construct, id: string, { kit, config, predict, logRetention }: PredictionApiProps) {
    super(scope, id);
    const api = new RestApi(this, 'Api', {
      restApiName: `${kit}-predictions`,
      description: 'Predictions for flights that have not left yet',
      endpointTypes: [EndpointType.REGIONAL],
      // The role is the account's, not ours: it is set, and stays when the stack goes, so that two kits and their removal do not fight.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: config.throttle.ratePerSecond,
        throttlingBurstLimit: config.throttle.burst,
        loggingLevel: MethodLoggingLevel.ERROR,
        metricsEnabled: true,
        tracingEnabled: true,
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY }),
        ),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
      },
    });
    // API Gateway writes its errors to a group of this name, and makes one that never expires where it finds none.
    const executionLogs = new LogGroup(this, 'ExecutionLogs', {
      logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${STAGE}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    api.deploymentStage.node.addDependency(executionLogs);
    const model = api.addModel('Request', {
      modelName: 'Predictions',
      contentType: 'application/json',
      schema: requestModel(config.maxInstancesPerRequest),
    });
    api.root
      .addResource('predictions')
      .addMethod('POST', new LambdaIntegration(predict, { timeout: Duration.seconds(29), allowTestInvoke: false }), {
        authorizationType: AuthorizationType.IAM,
        requestModels: { 'application/json': model },
        requestValidator: api.addRequestValidator('Body', {
          requestValidatorName: 'body',
          validateRequestBody: true,
          validateRequestParameters: true,
        }),
      });
    // The validator's sentence has quotes of its own and cannot be escaped in a gateway response: as plain text it arrives whole.
    api.addGatewayResponse('InvalidBody', {
      type: ResponseType.BAD_REQUEST_BODY,
      statusCode: '400',
      responseHeaders: { 'Content-Type': "'text/plain'" },
      templates: {
        'application/json':
          'Request body refused: $context.error.validationErrorString. The columns are in schema/dataset.json.',
      },
    });
    this.restApiId = api.restApiId;
    this.stageName = api.deploymentStage.stageName;
    this.serverErrors = (period) => api.metricServerError({ period, statistic: 'Sum' });
  }
}
