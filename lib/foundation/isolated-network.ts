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
  /** Which monitor runs inside: the managed one calls more. */
  readonly engine: Config['monitoring']['engine'];
  readonly logRetention: RetentionDays;
}

/**
 * A network without a way out, for SageMaker's jobs and the model. Glue and the functions run outside: they reach S3 and the other services
 * by their own roles, and nothing else.
 *
 * Training, evaluation and the model are isolated altogether: SageMaker brings code and data and takes the results away. The monitor reads S3, by
 * the gateway endpoint, which is free. Logs, images and keys are the platform's business and not the container's. Only Clarify calls more, and
 * its two interface endpoints cost about 0.96 USD a day in two zones. No NAT gateway: it would be the way out.
 */
export class IsolatedNetwork extends Construct {
  /** `VpcConfig` of jobs and models. */
  readonly vpcConfig: VpcConfig;

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
    // Any bucket of this account, and none of another's: data cannot be carried out by the one open door.
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
    this.vpcConfig = {
      Subnets: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
      SecurityGroupIds: [securityGroup.securityGroupId],
    };
  }

  /** What was refused. The destination of the CDK keeps its group for two years and after the stack, and does not wait for its role. */
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
