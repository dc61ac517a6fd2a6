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
import { Construct } from 'constructs';

/** As the SageMaker API spells it. */
export interface VpcConfig {
  readonly Subnets: string[];
  readonly SecurityGroupIds: string[];
}

/** What jobs and models call from inside; S3 has a gateway endpoint, which is free. */
const SERVICES = {
  SagemakerApi: InterfaceVpcEndpointAwsService.SAGEMAKER_API,
  SagemakerRuntime: InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME,
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Monitoring: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  Sts: InterfaceVpcEndpointAwsService.STS,
  Kms: InterfaceVpcEndpointAwsService.KMS,
} as const;

/**
 * A network without a way out, for SageMaker jobs and the model. No NAT gateway: it would be the way out, and 1.08 USD a day.
 * The interface endpoints cost about 3.84 USD a day together, which is why only `production` has them.
 */
export class IsolatedNetwork extends Construct {
  /** `VpcConfig` of jobs and models. */
  readonly vpcConfig: VpcConfig;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/20'),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED }],
      flowLogs: { All: { destination: FlowLogDestination.toCloudWatchLogs(), trafficType: FlowLogTrafficType.REJECT } },
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      allowAllOutbound: false,
      description: 'SageMaker jobs and model',
    });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'To the endpoints of this VPC: there is no other route');
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    for (const [name, service] of Object.entries(SERVICES)) vpc.addInterfaceEndpoint(name, { service });
    this.vpcConfig = {
      Subnets: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
      SecurityGroupIds: [securityGroup.securityGroupId],
    };
  }
}
