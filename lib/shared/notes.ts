/** Why resources and their properties are as they are: what the templates cannot say. The references in docs/rooms/ are generated from it. */

/**
 * The reason of a resource, or its reason as `why` beside those of its properties (dotted below the first level; arrays are passed through).
 * The key is a construct path (`Serving/Predict`, `*` stands for any characters) or, in the shared table, a type.
 */
export type Notes = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** What holds for every resource of a type, and for what several rooms build with the same construct. */
export const sharedNotes: Notes = {
  'AWS::S3::Bucket': {
    BucketEncryption:
      "Under the kit's key, so that reading an object takes a grant on the key besides the one on the bucket",
    'BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled':
      'One data key a bucket and day instead of one an object: a replayed month would otherwise be thousands of billed calls',
    PublicAccessBlockConfiguration: 'No policy or ACL written later can open the bucket to the public',
    VersioningConfiguration:
      'What is written again replaces its files: what a model was trained on can still be fetched',
    'LifecycleConfiguration.Rules.NoncurrentVersionExpiration': 'A replaced version is a safety net, not an archive',
    'LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload':
      'Parts of an upload that was broken off are billed and invisible',
    NotificationConfiguration:
      'Objects announce themselves on the event bus: one property, where the construct of the CDK would deploy a function',
  },
  'AWS::S3::BucketPolicy': 'Refuses plain HTTP, and where data goes with the stack lets the emptying function in',
  'Custom::S3AutoDeleteObjects':
    'Empties the bucket when its stack is deleted, which CloudFormation would refuse half-way; only where the profile destroys its data',
  'AWS::Logs::LogGroup': {
    why: 'Declared, so that it has a retention and goes with its stack; one that a service makes by itself has neither',
    RetentionInDays: '`foundation.logRetentionDays`: kept logs are billed by stored GB',
  },
  'AWS::Lambda::Function': {
    Runtime: 'The newest that Lambda offers: the one before leaves support within a year',
    Architectures: 'arm64 costs a fifth less for each second than x86_64',
    MemorySize: 'Memory also buys CPU: a bundled handler starts in about half the time that 128 MB would take',
    'Environment.Variables.NODE_OPTIONS': 'Stack traces name the line of the TypeScript source',
    'Environment.Variables.KIT': 'The dimension of the metrics and the prefix of names: two kits stay apart',
    'LoggingConfig.LogFormat': 'Fields instead of lines: Logs Insights can filter by request and level',
    TracingConfig:
      'A request can be followed from the API or the event to the call that failed; billed by trace, nothing at rest',
  },
  'AWS::StepFunctions::StateMachine': {
    'LoggingConfiguration.Level': 'Every state: a failed run is explained by the states before it',
    'LoggingConfiguration.IncludeExecutionData':
      'Inputs and outputs too: they are keys and metrics of the lake, never rows of data',
    TracingConfiguration: 'The same trace runs from the rule through the machine to the services it calls',
  },
  'AWS::Events::Rule': {
    EventPattern: 'The narrowest pattern that the event allows, because a wider one would match events of another kit',
    Targets: 'The event is cut down to what the target needs, so that its input is the one that a person would type',
  },
  'AWS::CloudWatch::Alarm': {
    ComparisonOperator: 'Strictly above, or below: a metric that stands at its threshold does not ring',
    Dimensions: 'Neither model version nor feature, because a release must not orphan the alarm',
    EvaluationPeriods: 'Enough periods in a row to distinguish a transient failure from a fault',
    Period: 'What the metric is published at; a shorter one would see gaps',
    Statistic: 'Sum of failures, maximum of shares and counts that are measured once a run',
    TreatMissingData: 'Silence is good, except for a heartbeat',
  },
  'AWS::DynamoDB::GlobalTable': {
    BillingMode: 'On demand: requests cost, the table at rest does not',
    SSESpecification:
      "DynamoDB's own key: the kit's would put a KMS request behind every lock, for records that hold no data of anybody",
  },
  'AWS::Glue::Table': {
    TableInput:
      'Columns from dataset.json; partitions are projected from the key, so that no crawler runs and nothing is registered when data arrives',
  },
  '*/Api/Account':
    "API Gateway's logging role is the account's, not the kit's: it is set and stays, so that two kits and their removal do not fight. Without it the first stage with logging in a new account is refused",
  '*/Api/Deployment': 'A snapshot of the API; its name changes with the API, so that a change is deployed',
  '*/Api/DeploymentStage.live': {
    'MethodSettings.LoggingLevel': 'Errors only: every request is in the access log already',
    'MethodSettings.DataTraceEnabled': 'Off: request bodies do not belong into a log',
    'MethodSettings.MetricsEnabled': 'The alarm on answers of 5xx reads them',
  },
  '*/ExecutionLogs': {
    LogGroupName: 'The name that API Gateway decides on; it would make the group itself, without retention',
  },
  '*/Api/Body': {
    why: 'Applies the model to the body: without a validator a model is documentation',
  },
  '*/Api/InvalidBody': {
    why: 'Carries the validator\'s sentence to the caller, who would read "Invalid request body" and guess which field',
    ResponseParameters:
      "Plain text: the validator's sentence has quotes of its own, which a JSON template cannot escape",
  },
  '*/Api/Default/*/POST': {
    AuthorizationType: 'IAM: callers are programs of the account; no keys to hand out or lose',
  },
  'AWS::ApiGateway::Model': {
    why: 'Refuses before the handler is started and billed',
  },
  'AWS::ApiGateway::RestApi': {
    EndpointConfiguration: 'Regional: callers are in the same Region, and there is no distribution to wait for',
  },
};
