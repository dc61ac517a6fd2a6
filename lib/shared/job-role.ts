import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { arn } from './arns';

/** The network of jobs and models, as the SageMaker API spells it. */
export interface VpcConfig {
  readonly Subnets: string[];
  readonly SecurityGroupIds: string[];
}

/**
 * What SageMaker assumes inside a job or model container: logs, metrics and the image. AmazonSageMakerFullAccess covers buckets with
 * "sagemaker" in their name, not ours, and far more than a job needs; data is granted by the stack that owns the job.
 */
export class JobRole extends Role {
  constructor(scope: Construct, id: string, ...imageArns: string[]) {
    super(scope, id, { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') });
    // The services' own log groups are shared by every kit in the account, so no stack owns or deletes them.
    this.allow(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      [arn('logs', 'log-group:/aws/sagemaker/*')],
    );
    this.allow(['cloudwatch:PutMetricData'], ['*'], { StringLike: { 'cloudwatch:namespace': '/aws/sagemaker/*' } });
    this.allow(['ecr:GetAuthorizationToken'], ['*']);
    this.allow(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], imageArns);
  }

  /** Grants exactly `actions` on `resources` to the role. */
  allow(actions: string[], resources: string[], conditions?: Record<string, Record<string, string>>): void {
    this.addToPolicy(new PolicyStatement({ actions, resources, conditions }));
  }

  /** Permits network interfaces of jobs and models in a VPC. */
  allowVpc(): void {
    this.allow(
      [
        'ec2:CreateNetworkInterface',
        'ec2:CreateNetworkInterfacePermission',
        'ec2:DeleteNetworkInterface',
        'ec2:DeleteNetworkInterfacePermission',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      // The describe actions support no resources, and SageMaker names the interfaces.
      ['*'],
    );
  }
}
