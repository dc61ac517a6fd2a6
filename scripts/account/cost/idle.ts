/** The cost of each resource per day without use. */
import { type Json, machineOf, type Placed, resources, type Templates } from '../../shared/templates';
import { resourceKinds, unknownKinds } from '../../shared/resource-kinds';
import { assumed, type assumptions, DAYS_PER_MONTH, HOURS_PER_MONTH } from './assumptions';
import { entered, jobs, transitions } from './runs';
import { type Charge, charge } from './tariff';

type Pricer = (resource: Placed, templates: Templates) => Charge[];

const assumption = (name: string) => assumed(name as keyof typeof assumptions);

/** The part of a monthly price for one day. */
const daily = (units: number) => units / DAYS_PER_MONTH;

const alarm: Pricer = (resource) => {
  const { AlarmName, Metrics } = resource.properties;
  const watched = (Metrics as Json[] | undefined)?.filter((metric: Json) => 'MetricStat' in metric);
  return charge(resource, [`alarm ${AlarmName}`, 'cloudwatch:alarm', daily(watched?.length ?? 1)]);
};

const table: Pricer = (resource) => {
  const replicas = resource.properties.Replicas as { PointInTimeRecoverySpecification?: object }[];
  const recovered = replicas.some((replica) => replica.PointInTimeRecoverySpecification !== undefined);
  const size = daily(assumed('tableGigabytes'));
  return [
    ...charge(resource, ['stored items', 'dynamodb:stored', size]),
    ...(recovered ? charge(resource, ['point-in-time recovery', 'dynamodb:recovery', size]) : []),
  ];
};

const instances: Pricer = (resource) =>
  (resource.properties.ProductionVariants as Json[]).flatMap(({ InstanceType: type, InitialInstanceCount: count }) =>
    type === undefined
      ? []
      : charge(resource, [`${count} x ${type} once a model serves`, `sagemaker:hosting:${type}`, count * 24]),
  );

const zones: Pricer = (resource) => {
  const { VpcEndpointType, SubnetIds } = resource.properties;
  if (VpcEndpointType !== 'Interface') return [];
  return charge(resource, ['interface endpoint', 'vpc:interface-endpoint', (SubnetIds as unknown[]).length * 24]);
};

const trail: Pricer = (resource) =>
  charge(
    resource,
    ['delivered log files', 's3:put', assumed('trailFiles')],
    ['keys of the log files', 'kms:request', assumed('trailFiles')],
  );

const adminSecret: Pricer = (resource) =>
  resource.properties.ManageAdminPassword === true
    ? charge(resource, ["admin's password", 'secretsmanager:secret', daily(1)])
    : [];

/** The monitor's cost per day when its schedule is on, whether or not it is. */
const dailyMonitor: Pricer = (resource, templates) => {
  const monitor = machineOf(templates, 'monitoring', 'Monitor');
  const state = resource.properties.State === 'DISABLED' ? ', schedule is off: counted as if it were on' : '';
  const hour = 1 / HOURS_PER_MONTH;
  return [
    ...jobs(monitor),
    ...transitions(monitor),
    ...charge(
      resource,
      ['metrics of an hour', 'cloudwatch:metric', assumed('idleMetrics') * hour],
      ['invocation', 'scheduler:invocation', 1],
    ),
  ].map((each) => ({ ...each, what: `daily monitor: ${each.what}${state}` }));
};

/** The hourly look of Release at the age of what serves. */
const expiry: Pricer = (resource) =>
  [
    ...entered(resource, 24 * assumed('expiryTransitions'), 24),
    ...charge(resource, ['invocation', 'scheduler:invocation', 24]),
  ].map((each) => ({ ...each, what: `hourly expiry: ${each.what}` }));

/** A managed monitor runs once per day: its schedule allows no other interval than the window. */
const managedMonitor: Pricer = (resource) => {
  const { InstanceType: type, InstanceCount } = (resource.properties.JobResources as Json).ClusterConfig;
  const minutes = assumed('managedMonitorMinutes');
  const hours = (InstanceCount * minutes) / 60;
  return charge(resource, [`daily run: ${minutes} min of ${type}`, `sagemaker:processing:${type}`, hours]);
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
  'AWS::Scheduler::Schedule': (resource, templates) =>
    (resource.stack === 'serving' ? expiry : dailyMonitor)(resource, templates),
};

/** What is billed per day, and the types that are missing in the table of kinds. */
export function idleCharges(templates: Templates): { charges: Charge[]; unclassified: string[] } {
  const all = resources(templates);
  const charges = all.flatMap((resource) => {
    const idle = resourceKinds[resource.type]?.idle;
    if (idle === 'computed') return pricers[resource.type]!(resource, templates);
    if (!Array.isArray(idle)) return [];
    return idle.flatMap(({ what, price, aMonth }) =>
      charge(resource, [what, price, daily(typeof aMonth === 'number' ? aMonth : assumption(aMonth))]),
    );
  });
  return { charges, unclassified: unknownKinds(all) };
}
