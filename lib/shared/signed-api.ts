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
  /** End of the message that refuses a body: where its rules are documented. */
  readonly rules: string;
  readonly posts: readonly Post[];
  /** Sets the account's role with which API Gateway writes logs; one API of the kit does so, and later ones depend on it. */
  readonly setsLoggingRole: boolean;
  readonly logRetention: RetentionDays;
}

const STAGE = 'live';

/** A REST API signed with IAM: bodies are validated, errors logged, requests throttled and traced. */
export class SignedApi extends Construct {
  readonly restApiId: string;
  readonly stageName: string;
  /** Number of 5xx answers. */
  readonly serverErrors: (period: Duration) => IMetric;

  constructor(scope: Construct, id: string, props: SignedApiProps) {
    super(scope, id);
    const api = new RestApi(this, 'Api', {
      restApiName: props.name,
      description: props.description,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: props.setsLoggingRole,
      // The role stays when the stack is deleted, so that two kits do not interfere.
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
    // API Gateway writes its errors to a group of this name, and otherwise creates one that never expires.
    const executionLogs = new LogGroup(this, 'ExecutionLogs', {
      logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${STAGE}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    api.deploymentStage.node.addDependency(executionLogs);
    // The order determines the hash in the deployment's name.
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
    // The validator's message contains quotes that a gateway response cannot escape, so it is sent as plain text.
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
