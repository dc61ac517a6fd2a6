/** The cost of each resource per day without use. */
import { type Json, machineOf, type Placed, resources, type Templates } from '../../shared/templates';
import { resourceKinds, unknownKinds } from '../../shared/resource-kinds';
import { assumed, type assumptions, DAYS_PER_MONTH, HOURS_PER_MONTH } from './assumptions';
import { enteredLines, jobLines, transitionLines } from './runs';
import type { Tariff } from './tariff';
import type { CostLine } from './types';

type Pricer = (resource: Placed, tariff: Tariff, templates: Templates) => CostLine[];

const assumption = (name: string) => assumed(name as keyof typeof assumptions);

/** The part of a monthly price for one day. */
const daily = (units: number) => units / DAYS_PER_MONTH;

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

const adminSecret: Pricer = (resource, tariff) =>
  resource.properties.ManageAdminPassword === true
    ? tariff.charge(resource, "admin's password", 'secretsmanager:secret', daily(1))
    : [];

/** The monitor's cost per day when its schedule is on, whether or not it is. */
const dailyMonitor: Pricer = (resource, tariff, templates) => {
  const monitor = machineOf(templates, 'monitoring', 'Monitor');
  const state = resource.properties.State === 'DISABLED' ? ', schedule is off: counted as if it were on' : '';
  const hour = 1 / HOURS_PER_MONTH;
  return [
    ...jobLines(monitor, tariff),
    ...transitionLines(monitor, tariff),
    ...tariff.charge(resource, 'metrics of an hour', 'cloudwatch:metric', assumed('idleMetrics') * hour),
    ...tariff.charge(resource, 'invocation', 'scheduler:invocation', 1),
  ].map((line) => ({ ...line, what: `daily monitor: ${line.what}${state}` }));
};

/** The hourly look of Release at the age of what serves. */
const expiry: Pricer = (resource, tariff) =>
  [
    ...enteredLines(resource, tariff, 24 * assumed('expiryTransitions'), 24),
    ...tariff.charge(resource, 'invocation', 'scheduler:invocation', 24),
  ].map((line) => ({ ...line, what: `hourly expiry: ${line.what}` }));

/** A managed monitor runs once per day: its schedule allows no other interval than the window. */
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

/** Types whose idle cost is marked as computed in the table: it depends on their properties. */
const pricers: Record<string, Pricer> = {
  'AWS::CloudTrail::Trail': trail,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::EC2::VPCEndpoint': zones,
  'AWS::RedshiftServerless::Namespace': adminSecret,
  'AWS::SageMaker::DataQualityJobDefinition': managedMonitor,
  'AWS::SageMaker::EndpointConfig': instances,
  'AWS::SageMaker::ModelBiasJobDefinition': managedMonitor,
  'AWS::SageMaker::ModelExplainabilityJobDefinition': managedMonitor,
  'AWS::SageMaker::ModelQualityJobDefinition': managedMonitor,
  'AWS::Scheduler::Schedule': (resource, ...rest) =>
    (resource.stack === 'serving' ? expiry : dailyMonitor)(resource, ...rest),
};

/** Cost lines per day, and the types that are missing in the table of kinds. */
export function idleLines(templates: Templates, tariff: Tariff): { lines: CostLine[]; unclassified: string[] } {
  const all = resources(templates);
  const lines = all.flatMap((resource) => {
    const idle = resourceKinds[resource.type]?.idle;
    if (idle === 'computed') return pricers[resource.type]!(resource, tariff, templates);
    return Array.isArray(idle)
      ? idle.flatMap(({ what, price, aMonth }) =>
          tariff.charge(resource, what, price, daily(typeof aMonth === 'number' ? aMonth : assumption(aMonth))),
        )
      : [];
  });
  return { lines, unclassified: unknownKinds(all) };
}
