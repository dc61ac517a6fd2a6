/** What each resource costs a day while nobody uses the kit. */
import { type Json, machineOf, type Placed, resources, type Templates } from '../../shared/templates';
import { assumed, DAYS_PER_MONTH, HOURS_PER_MONTH } from './assumptions';
import { jobLines, transitionLines } from './runs';
import type { Tariff } from './tariff';
import type { CostLine } from './types';

type Pricer = (resource: Placed, tariff: Tariff, templates: Templates) => CostLine[];

/** A monthly price, by the day. */
const daily = (units: number) => units / DAYS_PER_MONTH;

const bucket: Pricer = (resource, tariff) =>
  tariff.charge(resource, 'stored objects', 's3:stored', daily(assumed('bucketGigabytes')));

const alarm: Pricer = (resource, tariff) => {
  const watched = (resource.properties.Metrics as Json[] | undefined)?.filter((metric: Json) => 'MetricStat' in metric);
  return tariff.charge(
    resource,
    `alarm ${resource.properties.AlarmName}`,
    'cloudwatch:alarm',
    daily(watched?.length ?? 1),
  );
};

const table: Pricer = (resource, tariff) => {
  const replicas = resource.properties.Replicas as { PointInTimeRecoverySpecification?: object }[];
  const recovered = replicas.some((replica) => replica.PointInTimeRecoverySpecification !== undefined);
  const size = daily(assumed('tableGigabytes'));
  return [
    ...tariff.charge(resource, 'stored items', 'dynamodb:stored', size),
    ...(recovered ? tariff.charge(resource, 'point-in-time recovery', 'dynamodb:recovery', size) : []),
  ];
};

const instances: Pricer = (resource, tariff) =>
  (resource.properties.ProductionVariants as Json[]).flatMap(({ InstanceType, InitialInstanceCount }: Json) =>
    InstanceType === undefined
      ? []
      : tariff.charge(
          resource,
          `${InitialInstanceCount} x ${InstanceType} once a model serves`,
          `sagemaker:hosting:${InstanceType}`,
          InitialInstanceCount * 24,
        ),
  );

const zones: Pricer = (resource, tariff) => {
  const { VpcEndpointType, SubnetIds } = resource.properties;
  if (VpcEndpointType !== 'Interface') return [];
  return tariff.charge(resource, 'interface endpoint', 'vpc:interface-endpoint', (SubnetIds as unknown[]).length * 24);
};

const trail: Pricer = (resource, tariff) => [
  ...tariff.charge(resource, 'delivered log files', 's3:put', assumed('trailFiles')),
  ...tariff.charge(resource, 'keys of the log files', 'kms:request', assumed('trailFiles')),
];

/** The monitor a day, whether or not the schedule is on: what leaving it on costs. */
const dailyMonitor: Pricer = (resource, tariff, templates) => {
  const monitor = machineOf(templates, 'monitoring');
  const state = resource.properties.State === 'DISABLED' ? ', schedule is off: counted as if it were on' : '';
  const hour = 1 / HOURS_PER_MONTH;
  return [
    ...jobLines(monitor, tariff),
    ...transitionLines(monitor, tariff),
    ...tariff.charge(resource, 'metrics of an hour', 'cloudwatch:metric', assumed('idleMetrics') * hour),
    ...tariff.charge(resource, 'invocation', 'scheduler:invocation', 1),
  ].map((line) => ({ ...line, what: `daily monitor: ${line.what}${state}` }));
};

/** A managed monitor runs once a day: its schedule allows no other interval than the window. */
const managedMonitor: Pricer = (resource, tariff) => {
  const { InstanceType, InstanceCount } = (resource.properties.JobResources as Json).ClusterConfig;
  const minutes = assumed('managedMonitorMinutes');
  return tariff.charge(
    resource,
    `daily run: ${minutes} min of ${InstanceType}`,
    `sagemaker:processing:${InstanceType}`,
    (InstanceCount * minutes) / 60,
  );
};

/** Costs nothing, used or not. */
const free = 'free' as const;
/** Costs nothing at rest; what it does is in the runs. */
const byUse = 'by use' as const;

/** Every resource type of the templates; test/scripts/account/cost.test.ts fails for one that is missing. */
export const resourceTypes: Record<string, Pricer | typeof free | typeof byUse> = {
  'AWS::ApiGateway::Account': free,
  'AWS::ApiGateway::Deployment': free,
  'AWS::ApiGateway::GatewayResponse': free,
  'AWS::ApiGateway::Method': free,
  'AWS::ApiGateway::Model': free,
  'AWS::ApiGateway::RequestValidator': free,
  'AWS::ApiGateway::Resource': free,
  'AWS::ApiGateway::RestApi': byUse,
  'AWS::ApiGateway::Stage': byUse,
  'AWS::ApplicationAutoScaling::ScalableTarget': free,
  'AWS::ApplicationAutoScaling::ScalingPolicy': (resource, tariff) =>
    tariff.charge(resource, 'alarms of target tracking', 'cloudwatch:alarm', daily(assumed('scalingAlarms'))),
  'AWS::Athena::WorkGroup': byUse,
  // Billed only with actions, which the kit's has not.
  'AWS::Budgets::Budget': free,
  'AWS::CDK::Metadata': free,
  'AWS::CloudFormation::WaitConditionHandle': free,
  'AWS::CloudTrail::Trail': trail,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': (resource, tariff) =>
    tariff.charge(resource, 'dashboard', 'cloudwatch:dashboard', daily(1)),
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::EC2::FlowLog': byUse,
  'AWS::EC2::RouteTable': free,
  'AWS::EC2::SecurityGroup': free,
  'AWS::EC2::Subnet': free,
  'AWS::EC2::SubnetRouteTableAssociation': free,
  'AWS::EC2::VPC': free,
  'AWS::EC2::VPCEndpoint': zones,
  'AWS::Events::Rule': byUse,
  'AWS::Glue::Database': free,
  'AWS::Glue::Job': byUse,
  // The first million objects of the catalog cost nothing; the kit has ten.
  'AWS::Glue::Table': free,
  'AWS::IAM::Policy': free,
  'AWS::IAM::Role': free,
  'AWS::KMS::Alias': free,
  'AWS::KMS::Key': (resource, tariff) => tariff.charge(resource, 'customer-managed key', 'kms:key', daily(1)),
  'AWS::KinesisFirehose::DeliveryStream': byUse,
  'AWS::Lambda::Function': byUse,
  'AWS::Lambda::Permission': free,
  'AWS::Logs::LogGroup': (resource, tariff) =>
    tariff.charge(resource, 'kept logs', 'logs:stored', daily(assumed('logGigabytes'))),
  'AWS::Logs::LogStream': free,
  'AWS::RedshiftServerless::Namespace': (resource, tariff) =>
    resource.properties.ManageAdminPassword === true
      ? tariff.charge(resource, "admin's password", 'secretsmanager:secret', daily(1))
      : [],
  'AWS::RedshiftServerless::Workgroup': byUse,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': free,
  'AWS::SNS::Subscription': free,
  'AWS::SNS::Topic': byUse,
  'AWS::SNS::TopicPolicy': free,
  'AWS::SQS::Queue': byUse,
  'AWS::SQS::QueuePolicy': free,
  // A standard parameter.
  'AWS::SageMaker::DataQualityJobDefinition': managedMonitor,
  'AWS::SageMaker::Endpoint': free,
  'AWS::SageMaker::EndpointConfig': instances,
  'AWS::SageMaker::Model': free,
  'AWS::SageMaker::ModelBiasJobDefinition': managedMonitor,
  'AWS::SageMaker::ModelExplainabilityJobDefinition': managedMonitor,
  'AWS::SageMaker::ModelPackageGroup': free,
  'AWS::SageMaker::ModelQualityJobDefinition': managedMonitor,
  'AWS::SageMaker::MonitoringSchedule': free,
  'AWS::Scheduler::Schedule': dailyMonitor,
  'AWS::StepFunctions::StateMachine': byUse,
  'Custom::Champion': free,
  'Custom::ModelPackageVersions': free,
  'Custom::VpcRestrictDefaultSG': free,
  'Custom::S3AutoDeleteObjects': free,
};

/** Lines of a day, and the resources whose type nobody has classified. */
export function idleLines(templates: Templates, tariff: Tariff): { lines: CostLine[]; unclassified: string[] } {
  const all = resources(templates);
  return {
    lines: all.flatMap((resource) => {
      const pricer = resourceTypes[resource.type];
      return typeof pricer === 'function' ? pricer(resource, tariff, templates) : [];
    }),
    unclassified: all
      .filter(({ type }) => resourceTypes[type] === undefined)
      .map(({ stack, id, type }) => `${stack}/${id} (${type})`),
  };
}
