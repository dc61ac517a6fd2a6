/** Findings of cdk-nag that the kit lives with, each with its reason. A row that matches nothing any more fails the test. */
interface Acknowledged {
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
    finding: /^AwsSolutions-IAM5\[Resource::.*(Raw|Curated|Artifacts|Captured)\w+\.?Arn\w*>?\/.*\*\]$/,
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
    reason: "What API Gateway asks for, on the role that is the account's",
  },
  {
    finding: /^AwsSolutions-GL[13]$/,
    reason: 'The job keeps no bookmarks and logs no rows; its data is encrypted by the buckets',
  },
  {
    finding: /^AwsSolutions-APIG3$/,
    reason: 'Every caller signs with IAM and is throttled; a web ACL costs 5 USD a month idle',
  },
  {
    finding: /^AwsSolutions-COG4$/,
    reason: 'Callers are programs of the account: they sign with IAM, which needs no user pool',
  },
];
