import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type JsonSchema,
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

export interface Post {
  /** Last part of the path. */
  readonly path: string;
  /** Answers within API Gateway's 29 s. */
  readonly handler: IFunction;
  /** Construct id of the request model. */
  readonly model: string;
  readonly modelName: string;
  readonly schema: JsonSchema;
}

export interface SignedApiProps {
  readonly name: string;
  readonly description: string;
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number };
  /** The end of the sentence that refuses a body: where its rules can be read. */
  readonly rules: string;
  readonly posts: readonly Post[];
  /** Sets the role by which API Gateway writes logs, which is the account's: one API of the kit does, and later ones wait for it. */
  readonly setsLoggingRole: boolean;
  readonly logRetention: RetentionDays;
}

const STAGE = 'live';

/** A REST API signed with IAM: bodies are validated, errors logged, requests throttled and traced. */
export class SignedApi extends Construct {
  readonly restApiId: string;
  readonly stageName: string;
  /** Answers of 5xx. */
  readonly serverErrors: (period: Duration) => IMetric;

  constructor(scope: Construct, id: string, props: SignedApiProps) {
    super(scope, id);
    const api = new RestApi(this, 'Api', {
      restApiName: props.name,
      description: props.description,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: props.setsLoggingRole,
      // It stays when the stack goes, so that two kits and their removal do not fight.
      cloudWatchRoleRemovalPolicy: props.setsLoggingRole ? RemovalPolicy.RETAIN : undefined,
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: props.throttle.ratePerSecond,
        throttlingBurstLimit: props.throttle.burst,
        loggingLevel: MethodLoggingLevel.ERROR,
        metricsEnabled: true,
        tracingEnabled: true,
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', { retention: props.logRetention, removalPolicy: RemovalPolicy.DESTROY }),
        ),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
      },
    });
    // API Gateway writes its errors to a group of this name, and makes one that never expires where it finds none.
    const executionLogs = new LogGroup(this, 'ExecutionLogs', {
      logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${STAGE}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    api.deploymentStage.node.addDependency(executionLogs);
    // In this order: it decides the hash that the deployment is named by.
    const routes = props.posts.map(({ path, handler, model, modelName, schema }) => ({
      handler,
      request: api.addModel(model, { modelName, contentType: 'application/json', schema }),
      resource: api.root.addResource(path),
    }));
    const requestValidator = api.addRequestValidator('Body', {
      requestValidatorName: 'body',
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    for (const { handler, request, resource } of routes)
      resource.addMethod(
        'POST',
        new LambdaIntegration(handler, { timeout: Duration.seconds(29), allowTestInvoke: false }),
        {
          authorizationType: AuthorizationType.IAM,
          requestModels: { 'application/json': request },
          requestValidator,
        },
      );
    // The validator's sentence has quotes of its own and cannot be escaped in a gateway response: as plain text it arrives whole.
    api.addGatewayResponse('InvalidBody', {
      type: ResponseType.BAD_REQUEST_BODY,
      statusCode: '400',
      responseHeaders: { 'Content-Type': "'text/plain'" },
      templates: {
        'application/json': `Request body refused: $context.error.validationErrorString. ${props.rules}`,
      },
    });
    this.restApiId = api.restApiId;
    this.stageName = api.deploymentStage.stageName;
    this.serverErrors = (period) => api.metricServerError({ period, statistic: 'Sum' });
  }
}
