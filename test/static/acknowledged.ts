/** Findings of cdk-nag that the kit lives with, each with its reason. A row that matches nothing any more fails the test. */
export interface Acknowledged {
  readonly finding: RegExp;
  /** Construct path; every construct when absent. */
  readonly at?: RegExp;
  readonly reason: string;
}

export const acknowledged: readonly Acknowledged[] = [
  {
    finding: /^AwsSolutions-S1$/,
    reason:
      'Access logs would be a sixth bucket that nobody reads; who needs them turns on data events of the audit trail, which also say who',
  },
  {
    finding: /^AwsSolutions-IAM5\[Action::(s3|kms):/,
    reason: 'Grants of the CDK: reading or writing objects of the named folders, and the data keys for it',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*(Raw|Curated|Artifacts|Captured|Answers)\w+\.?Arn\w*>?\/.*\*\]$/,
    reason: 'Objects below a folder of the lake: their names are written at run time',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::cdk-/,
    reason: 'Reading the published job code: its name is a hash',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:log-group:\/aws(-glue|\/sagemaker)\/\*\]$/,
    reason: "The services' own log groups: one a kind of job, shared by every kit in the account",
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:(training-job|processing-job|hyper-parameter-tuning-job)\/mlkit-\*\]$/,
    reason: 'Jobs named by the execution that starts them, below the prefix of the kit',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:model-package\/mlkit-models\/\*\]$/,
    reason: "Versions of the kit's own group",
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:glue:.*:table\/mlkit\/\*\]$/,
    at: /^Warehouse\/LakeReader/,
    reason: "Every table of the kit's own database",
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:(model|endpoint-config)\/\*\]$/,
    at: /^Serving\/Release/,
    reason: 'CloudFormation names models and endpoint configurations itself; a release replaces both',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:stack\/mlkit-serving-model\/\*\]$/,
    reason: "A stack's ARN ends in an id that CloudFormation chooses; the name is exact",
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    reason:
      'Actions without resources: X-Ray, log delivery, ecr:GetAuthorizationToken, and PutMetricData under a condition on its namespace',
  },
  {
    finding: /^AwsSolutions-IAM4\[.*AWSLambdaBasicExecutionRole\]$/,
    reason: 'Writes logs and nothing else',
  },
  {
    finding: /^AwsSolutions-IAM4\[.*AmazonAPIGatewayPushToCloudWatchLogs\]$/,
    reason: 'API Gateway requires it on the role of the account',
  },
  {
    finding: /^AwsSolutions-GL[13]$/,
    reason: 'The job keeps no bookmarks and logs no rows; its data is encrypted by the buckets',
  },
  {
    finding: /^AwsSolutions-APIG3$/,
    reason: 'Every caller signs with IAM and is throttled; a web ACL costs 5 USD per month idle',
  },
  {
    finding: /^AwsSolutions-COG4$/,
    reason: 'Callers are programs of the account: they sign with IAM, which needs no user pool',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:(role\/aws-service-role|alarm:TargetTracking-endpoint\/mlkit)\/.*\*\]$/,
    at: /^Serving\/Release\/StackRole\//,
    reason: 'Application Auto Scaling names its role and the alarms of its policies itself, below a fixed prefix',
  },
  {
    finding: /^NIST.800.53.R5-S3BucketLoggingEnabled$/,
    reason: 'As AwsSolutions-S1',
  },
  {
    finding: /^NIST.800.53.R5-S3BucketReplicationEnabled$/,
    reason:
      'Raw data comes from a source that has it, everything else is computed from it; a second Region is a decision of its owner',
  },
  {
    finding: /^NIST.800.53.R5-S3BucketVersioningEnabled$/,
    at: /^Foundation\/AuditBucket\//,
    reason: 'The trail never writes a file twice, and its digests show when one was changed or removed',
  },
  {
    finding: /^NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled$/,
    reason: 'A second copy of every event would be billed as log data; the trail is read with Athena',
  },
  {
    finding: /^NIST.800.53.R5-CloudWatchLogGroupEncrypted$/,
    reason: 'Encrypted by CloudWatch Logs; the groups hold no rows of data (docs/decisions/0006)',
  },
  {
    finding: /^NIST.800.53.R5-SageMakerEndpointConfigurationKMSKeyConfigured$/,
    at: /^ServingModel\//,
    reason: 'A serverless endpoint has no volume; in the real-time profiles the configuration names the key',
  },
  {
    finding: /^NIST.800.53.R5-IAMNoInlinePolicy$/,
    reason: 'One policy a role, made with it and for it: nothing else could use it',
  },
  {
    finding: /^NIST.800.53.R5-LambdaConcurrency$/,
    reason:
      'A new account has ten concurrent executions and may reserve none of them; the API is throttled before its function',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:alarm:\*\]$/,
    at: /^Serving\//,
    reason: 'Reading alarms: whether SageMaker names the alarms that it asks for is not written down',
  },
  {
    finding: /^AwsSolutions-SQS3$/,
    at: /^Foundation\/DeadLetters\//,
    reason: 'It is the dead-letter queue, of rules and a function in later stacks',
  },
  {
    finding: /^NIST.800.53.R5-LambdaDLQ$/,
    at: /^(Serving\/Predict|Serving\/Release\/Explain|Training\/(DeclareChampion|DeleteModelPackages)|AiServices\/\w+)\//,
    reason: 'Invoked synchronously, by API Gateway, by a state machine or by CloudFormation: the caller gets the error',
  },
  {
    finding: /^NIST.800.53.R5-LambdaInsideVPC$/,
    reason:
      'The functions call AWS only, with signed requests; inside the network each service would need an interface endpoint',
  },
  {
    finding: /^NIST.800.53.R5-APIGWAssociatedWithWAF$/,
    reason: 'As AwsSolutions-APIG3',
  },
  {
    finding: /^NIST.800.53.R5-APIGWCacheEnabledAndEncrypted$/,
    reason: 'A prediction is asked for once; a cache bills by the hour',
  },
  {
    finding: /^NIST.800.53.R5-APIGWSSLEnabled$/,
    reason:
      'A client certificate is for back ends outside AWS; the integration is a function, invoked with a signed request',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::.*:(data-quality|model-quality|model-bias|model-explainability)-job-definition\/\*\]$/,
    at: /^Serving\/Release\/StackRole\//,
    reason: 'CloudFormation names the definitions of Model Monitor; each property is create-only',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:((endpoint|endpoint-config)\/mlkit-clarify\*|model\/\*)\]$/,
    at: /^Serving\/Managed\/Role\//,
    reason: 'Clarify makes an endpoint of the served model under a prefix of the kit; CloudFormation named the model',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:(endpoint-config|processing-job)\/\*\]$/,
    at: /^Monitoring\/Managed\//,
    reason: 'Read only: CloudFormation names the configuration, Model Monitor its jobs',
  },
  {
    finding: /^NIST.800.53.R5-LambdaDLQ$/,
    at: /^Monitoring\/Managed\//,
    reason:
      'Their errors ring monitoring/pipeline-failed, and what they missed is in S3: the run can be reported again',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::.*:(execution:.*|mapRun:.*\/Batches):\*\]$/,
    at: /^AiServices\/Analyze\/MapRuns\//,
    reason: 'Step Functions names the child executions of the one machine, and the runs of its one map',
  },
];
