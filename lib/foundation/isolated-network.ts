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
  readonly vpc: Vpc;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/20'),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED }],
      flowLogs: { All: { destination: FlowLogDestination.toCloudWatchLogs(), trafficType: FlowLogTrafficType.REJECT } },
    });
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: this.vpc, allowAllOutbound: false, description: 'SageMaker jobs and model' });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'To the endpoints of this VPC: there is no other route');
    this.vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    for (const [name, service] of Object.entries(SERVICES)) this.vpc.addInterfaceEndpoint(name, { service });
  }

  /** `VpcConfig` of jobs and models. */
  get vpcConfig() {
    return { Subnets: this.vpc.isolatedSubnets.map((subnet) => subnet.subnetId), SecurityGroupIds: [this.securityGroup.securityGroupId] };
  }
}
