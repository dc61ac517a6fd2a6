import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../config';
import { clarifyActions } from '../shared/arns';
import type { VpcConfig } from '../shared/job-role';

export interface IsolatedNetworkProps {
  /** The monitoring engine in the network; the managed one calls more services. */
  readonly engine: Config['monitoring']['engine'];
  readonly logRetention: RetentionDays;
}

/**
 * A network without a way out, for SageMaker's jobs and the model. Glue and the functions run outside: they reach S3 and the other services
 * by their own roles, and nothing else.
 *
 * Training, evaluation and the model have no network at all: SageMaker transfers code, data and results. The monitor reads S3 through
 * the gateway endpoint, which is free. The platform handles logs, images and keys. Only Clarify calls further services, and
 * its two interface endpoints cost about 0.96 USD per day in two zones. A NAT gateway would be a way out.
 */
export class IsolatedNetwork extends Construct {
  /** `VpcConfig` of jobs and models. */
  readonly vpcConfig: VpcConfig;
  /** The same in the spelling of CloudFormation. */
  readonly cfnVpcConfig: { readonly subnets: string[]; readonly securityGroupIds: string[] };

  constructor(scope: Construct, id: string, { engine, logRetention }: IsolatedNetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/20'),
      maxAzs: 2,
      // #region network
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED }],
      // #endregion network
    });
    this.addFlowLog(vpc, logRetention);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      allowAllOutbound: false,
      description: 'SageMaker jobs and model',
    });
    // #region network
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'To the endpoints of this VPC: there is no other route');
    const s3 = vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    // All buckets of this account, and no others, which prevents exfiltration to foreign buckets.
    s3.addToPolicy(ofThisAccount(['s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:AbortMultipartUpload']));
    // #endregion network
    if (engine === 'managed') {
      const api = vpc.addInterfaceEndpoint('SagemakerApi', { service: InterfaceVpcEndpointAwsService.SAGEMAKER_API });
      const runtime = vpc.addInterfaceEndpoint('SagemakerRuntime', {
        service: InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME,
      });
      api.addToPolicy(ofThisAccount([...clarifyActions.api, 'sagemaker:DescribeModel']));
      runtime.addToPolicy(ofThisAccount([...clarifyActions.runtime]));
    }
    const subnets = vpc.isolatedSubnets.map(({ subnetId }) => subnetId);
    const securityGroupIds = [securityGroup.securityGroupId];
    this.vpcConfig = { Subnets: subnets, SecurityGroupIds: securityGroupIds };
    this.cfnVpcConfig = { subnets, securityGroupIds };
  }

  /** Logs rejected traffic. The CDK's default log group would survive the stack for two years, and be created before its role. */
  private addFlowLog(vpc: Vpc, retention: RetentionDays): void {
    const logs = new LogGroup(this, 'FlowLogs', { retention, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'FlowLogRole', { assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com') });
    const flowLog = vpc.addFlowLog('All', {
      destination: FlowLogDestination.toCloudWatchLogs(logs, role),
      trafficType: FlowLogTrafficType.REJECT,
    });
    flowLog.node.addDependency(role);
  }
}

const ofThisAccount = (actions: string[]) =>
  new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions,
    resources: ['*'],
    conditions: { StringEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } },
  });
