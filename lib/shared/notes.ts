/** Why a resource and its properties are as they are: what the templates cannot say. docs/stacks/ is generated from it. */
export interface Note {
  /** Why it is there. */
  readonly why?: string;
  /** What breaks without it. */
  readonly without?: string;
  /** Why a property has its value; dotted below the first level, arrays are passed through. */
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * By construct path (`Serving/Predict`, `*` stands for any characters), by resource type for what holds for all of a type, or by stack.
 * An exact path wins over a pattern, a pattern over a type, a room's table over the shared one; each fact is looked up by itself.
 */
export type Notes = Readonly<Record<string, Note>>;

/** Properties whose name is the whole story: texts for people, identity, and the other end of a reference. */
export const selfExplanatory = [
  'Description',
  'AlarmDescription',
  'DisplayName',
  'Tags',
  'ResourceTags',
  'AlarmName',
  'DashboardName',
  'StageName',
  'Roles',
  'ServiceToken',
  'VpcId',
  'DeploymentId',
  'ScalingTargetId',
] as const;

/** What holds for every resource of a type, and for what several rooms build with the same construct. */
export const sharedNotes: Notes = {
  'AWS::S3::Bucket': {
    properties: {
      'BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault':
        "Under the kit's key, so that reading an object takes a grant on the key besides the one on the bucket",
      'BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled':
        'One data key a bucket and day instead of one an object: a replayed month would otherwise be thousands of billed calls',
      PublicAccessBlockConfiguration: 'No policy or ACL written later can open the bucket to the public',
    },
  },
  'AWS::S3::BucketPolicy': {
    why: 'Refuses plain HTTP, and where data goes with the stack lets the emptying function in',
    without: 'A client that is configured wrongly would send data unencrypted, and it would be stored',
  },
  'Custom::S3AutoDeleteObjects': {
    why: 'Empties the bucket when its stack is deleted; only where the profile destroys its data',
    without: 'CloudFormation cannot delete a bucket that holds objects: `cdk destroy` stops half-way',
    properties: { BucketName: 'The bucket that it empties' },
  },
  '*/Custom::S3AutoDeleteObjectsCustomResourceProvider/Handler': {
    why: "The CDK's own function behind the emptying of buckets; one a stack",
    without: 'No bucket is emptied, so none is deleted',
    properties: {
      Timeout: "The CDK's choice, the longest a function may take: a bucket with many versions takes minutes",
      MemorySize: "The CDK's choice: it only lists and deletes",
      Handler: "The CDK's bundle",
      Runtime: 'The newest that the CDK knows for the Region',
    },
  },
  '*/Custom::S3AutoDeleteObjectsCustomResourceProvider/Role': {
    why: 'Lets that function write its log; the bucket policies let it delete',
    without: 'The function cannot start',
  },
  'AWS::IAM::Role': {
    properties: {
      ManagedPolicyArns: "AWS's own minimum for the service: writing its log",
    },
  },
  'AWS::IAM::Policy': {
    why: 'What its role may do, below',
    without: 'The role can be assumed and may do nothing',
  },
  'AWS::Logs::LogGroup': {
    why: 'Declared, so that it has a retention and goes with its stack; one that a service makes by itself has neither',
    without: 'The service makes one that keeps everything, for ever, and outlives the stack',
    properties: { RetentionInDays: '`foundation.logRetentionDays`: kept logs are billed by stored GB' },
  },
  'AWS::Lambda::Function': {
    properties: {
      Runtime: 'The newest that Lambda offers: the one before leaves support within a year',
      Architectures: 'arm64 costs a fifth less for each second than x86_64',
      MemorySize: 'Memory also buys CPU: a bundled handler starts in about half the time that 128 MB would take',
      Handler: 'The one export of every handler',
      'Environment.Variables.NODE_OPTIONS': 'Stack traces name the line of the TypeScript source',
      'Environment.Variables.KIT': 'The dimension of the metrics and the prefix of names: two kits stay apart',
      'LoggingConfig.LogFormat': 'Fields instead of lines: Logs Insights can filter by request and level',
      'LoggingConfig.LogGroup': 'The declared group, which has a retention',
      TracingConfig:
        'A request can be followed from the API or the event to the call that failed; billed by trace, nothing at rest',
    },
  },
  'AWS::Lambda::Permission': {
    why: 'The far end of an edge: lets the one rule or API method named in it invoke the function',
    without: 'The event or the request is refused, and a rule says so only in a metric',
    properties: { SourceArn: 'That rule or method alone; without it any in the account, or in any other' },
  },
  'AWS::StepFunctions::StateMachine': {
    properties: {
      DefinitionString: 'Amazon States Language in JSONata, written beside the stack',
      'LoggingConfiguration.Level': 'Every state: a failed run is explained by the states before it',
      'LoggingConfiguration.IncludeExecutionData':
        'Inputs and outputs too: they are keys and metrics of the lake, never rows of data',
      'LoggingConfiguration.Destinations': 'The declared group, which has a retention',
      TracingConfiguration: 'The same trace runs from the rule through the machine to the services it calls',
    },
  },
  '*/Machine/EventsRole': {
    why: 'What EventBridge assumes to start this machine, and nothing else',
    without: 'The rule matches and starts nothing',
  },
  '*/ScheduleRole': {
    why: 'What EventBridge Scheduler assumes to start this machine, and nothing else',
    without: 'The schedule fires and starts nothing',
  },
  'AWS::Events::Rule': {
    properties: {
      State: 'Enabled as long as it is deployed',
      EventPattern: 'As narrow as the event allows: a wider one would start work for what another kit did',
      Targets: 'The event is cut down to what the target needs, so that its input is the one that a person would type',
    },
  },
  'AWS::CloudWatch::Alarm': {
    without: 'Nobody is told',
    properties: {
      AlarmActions: 'The alerts topic: alarms are for people',
      ComparisonOperator: 'Strictly above, or below: a metric that stands at its threshold does not ring',
      Dimensions: 'Without model version or feature: a release must not orphan the alarm',
      EvaluationPeriods: 'As many periods in a row as it takes to tell a hiccup from a fault',
      Period: 'What the metric is published at; a shorter one would see gaps',
      MetricName: 'The one series that says it',
      Namespace: "AWS's own series where there is one, the kit's otherwise",
      Statistic: 'Sum of failures, maximum of shares and counts that are measured once a run',
      Threshold: 'The table in lib/shared/alarms.ts, or the knob that it names',
      TreatMissingData: 'Silence is good, except for a heartbeat',
    },
  },
  'AWS::DynamoDB::GlobalTable': {
    properties: {
      BillingMode: 'On demand: requests cost, the table at rest does not',
      AttributeDefinitions: 'The attributes of the key; DynamoDB knows no others',
      KeySchema: 'Partition, and where records of one subject are read in order, sort key',
      SSESpecification:
        "DynamoDB's own key: the kit's would put a KMS request behind every lock, for records that hold no data of anybody",
    },
  },
  '*/Api/Account': {
    why: "API Gateway's logging role is the account's, not the kit's: it is set and stays, so that two kits and their removal do not fight",
    without: 'The first stage with logging in a new account is refused',
    properties: { CloudWatchRoleArn: 'The role below' },
  },
  '*/Api/CloudWatchRole': {
    why: 'What API Gateway assumes to write logs, for every API of the account',
    without: 'The first stage with logging in a new account is refused',
    properties: { ManagedPolicyArns: 'What API Gateway asks for' },
  },
  '*/Api/Deployment': {
    why: 'A snapshot of the API; its name changes with the API, so that a change is deployed',
    without: 'Changes are made and never served',
  },
  '*/Api/DeploymentStage.live': {
    why: 'The one stage',
    without: 'The API has no address',
    properties: {
      'AccessLogSetting.DestinationArn': 'The declared group: who called when, with which answer',
      'AccessLogSetting.Format': 'JSON, to be filtered',
      'MethodSettings.LoggingLevel': 'Errors only: every request is in the access log already',
      'MethodSettings.DataTraceEnabled': 'Off: request bodies do not belong into a log',
      'MethodSettings.MetricsEnabled': 'The alarm on answers of 5xx reads them',
      'MethodSettings.HttpMethod': 'Every method',
      'MethodSettings.ResourcePath': 'Every path',
      TracingEnabled: 'The trace of a request starts here',
    },
  },
  '*/ExecutionLogs': {
    properties: {
      LogGroupName: 'The name that API Gateway decides on; it would make the group itself, without retention',
    },
  },
  '*/Api/Body': {
    why: 'Applies the model to the body',
    without: 'The model refuses nothing',
    properties: {
      Name: 'What the console shows',
      ValidateRequestBody: 'The body is what the model describes',
      ValidateRequestParameters: 'There are none; a later one is checked from its first day',
    },
  },
  '*/Api/InvalidBody': {
    why: "Carries the validator's sentence to the caller",
    without: 'The caller reads "Invalid request body" and guesses which field',
    properties: {
      StatusCode: 'As without it',
      ResponseParameters:
        "Plain text: the validator's sentence has quotes of its own, which a JSON template cannot escape",
      ResponseTemplates: 'The sentence, and where the rules are',
    },
  },

  '*/Api/Default/*/POST': {
    properties: {
      AuthorizationType: 'IAM: callers are programs of the account; no keys to hand out or lose',
      'Integration.Type': 'Proxy: the handler answers, status included',
      'Integration.IntegrationHttpMethod': 'Lambda is invoked by POST, whatever the method',
      'Integration.TimeoutInMillis': 'The longest that API Gateway gives',
      'Integration.Uri': 'The function',
      RequestValidatorId: 'Without a validator the model is documentation',
    },
  },
  'AWS::ApiGateway::Model': {
    without: 'The handler alone refuses, after it was started and billed',
    properties: {
      ContentType: 'Requests are JSON',
      Name: 'What a generated client calls the type',
      Schema: 'JSON Schema, draft 4: what API Gateway reads',
    },
  },
  'AWS::ApiGateway::RestApi': {
    properties: {
      EndpointConfiguration: 'Regional: callers are in the same Region, and there is no distribution to wait for',
      Name: 'What the console shows',
    },
  },
};
