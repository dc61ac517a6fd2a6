import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { storyOf } from '../../datasets/module';
import type { Dataset } from '../../lib/shared/dataset-file';
import { unlessAbsent } from '../../lib/shared/absent';
import { championName, NO_MODEL } from '../../lib/training/room';
import { placeOf } from '../../lib/shared/dataset';
import { fill, layout, names } from '../../lib/shared/names';
import { addDays } from '../../lib/shared/days';
import type { Machine } from '../../lib/rooms';
import { rangeText } from './days';
import type { DeployedKit } from './deployed-kit';
import type { Out } from '../shared/out';
import { type RegisteredVersion, versions } from './releases';

export interface Status {
  /** Curated partitions: months `YYYY-MM`, or days. */
  partitions: string[];
  champion: string;
  /** `InService`, another SageMaker status, or `none`. */
  endpoint: string;
  versions: RegisteredVersion[];
  /** The newest execution of each machine. */
  executions: { machine: Machine; name: string; status: string; startedAt: Date }[];
  /** Decisions of the last two days, newest first. */
  decisions: { decidedAt: string; outcome: string; reason: string; episode: string | null }[];
  /** Alarms in state ALARM. */
  alarms: string[];
}

/** What a person asks of a kit first. */
export async function statusOf(kit: DeployedKit): Promise<Status> {
  const [partitions, champion, endpoint, registered, executions, decisions, alarms] = await Promise.all([
    curatedPartitions(kit),
    championOf(kit),
    endpointStatus(kit),
    versions(kit),
    newestExecutions(kit),
    recentDecisions(kit),
    ringing(kit),
  ]);
  return { partitions, champion, endpoint, versions: registered, executions, decisions, alarms };
}

/** Tells the status in lines. */
export async function status(kit: DeployedKit, out: Out): Promise<Status> {
  const found = await statusOf(kit);
  for (const line of lines(kit.dataset, found)) out.line(line);
  return found;
}

function* lines(dataset: Dataset, found: Status): Generator<string> {
  const { partitions, champion, endpoint, versions, executions, decisions, alarms } = found;
  yield `curated   ${partitions.length === 0 ? `nothing; next: npm run kit -- load ${rangeText(dataset, storyOf(dataset.name).history)}` : `${partitions[0]} to ${partitions.at(-1)} (${partitions.length} ${dataset.partition}s)`}`;
  const approved = versions.find(({ approval }) => approval === 'Approved');
  const next = approved === undefined ? 'train' : `release ${approved.version}`;
  yield `champion  ${champion === NO_MODEL ? `none; next: npm run kit -- ${next}` : `version ${champion.split('/').at(-1)}`}`;
  yield `endpoint  ${endpoint}`;
  yield `versions  ${versions.map(({ version, approval }) => `${version} ${approval}`).join(', ') || 'none'}`;
  for (const { machine, name, status: state, startedAt } of executions)
    yield `${machine.padEnd(9)} ${state}, ${name}, ${startedAt.toISOString()}`;
  for (const { decidedAt, outcome, episode, reason } of decisions)
    yield `guard     ${decidedAt} ${outcome}${episode === null ? '' : ` ${episode}`}: ${reason}`;
  yield `alarms    ${alarms.join(', ') || 'none'}`;
}

/** Partitions that the Glue job has written, in their order. */
export async function curatedPartitions(kit: DeployedKit): Promise<string[]> {
  const [Prefix, end] = fill(layout.curated.features, placeOf(kit.dataset, '{partition}')).split('{partition}') as [
    string,
    string,
  ];
  const found: string[] = [];
  // The prefix ends before the partition, so that Delimiter groups the keys of each.
  const request = { Bucket: kit.buckets.curated, Prefix, Delimiter: end };
  for await (const { CommonPrefixes } of paginateListObjectsV2({ client: kit.s3 }, request))
    found.push(...(CommonPrefixes ?? []).map((folder) => folder.Prefix!.slice(Prefix.length, -end.length)));
  return found;
}

async function championOf(kit: DeployedKit): Promise<string> {
  const { Parameter } = await new SSMClient(kit.aws).send(new GetParameterCommand({ Name: championName(kit.name) }));
  return Parameter?.Value ?? NO_MODEL;
}

async function endpointStatus(kit: DeployedKit): Promise<string> {
  const described = new DescribeEndpointCommand({ EndpointName: names.endpoint(kit.name) });
  const found = await unlessAbsent(new SageMakerClient(kit.aws).send(described));
  return found?.EndpointStatus ?? 'none';
}

async function newestExecutions(kit: DeployedKit): Promise<Status['executions']> {
  const client = new SFNClient(kit.aws);
  const all = await Promise.all(
    Object.entries(kit.machines).map(async ([machine, stateMachineArn]) => {
      const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }));
      return (executions ?? []).map(({ name, status: state, startDate }) => ({
        machine: machine as Machine,
        name: name!,
        status: state!,
        startedAt: startDate!,
      }));
    }),
  );
  return all.flat();
}

async function recentDecisions(kit: DeployedKit): Promise<Status['decisions']> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(kit.aws));
  const today = new Date().toISOString().slice(0, 10);
  const days = await Promise.all(
    [today, addDays(today, -1)].map((day) =>
      client.send(
        new QueryCommand({
          TableName: kit.stateTable,
          KeyConditionExpression: 'pk = :day',
          ExpressionAttributeValues: { ':day': `decision#${day}` },
          ScanIndexForward: false,
          Limit: 5,
        }),
      ),
    ),
  );
  return days.flatMap(({ Items }) => (Items ?? []) as Status['decisions']);
}

async function ringing(kit: DeployedKit): Promise<string[]> {
  const client = new CloudWatchClient(kit.aws);
  const found: string[] = [];
  for await (const page of paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${kit.name}/`, StateValue: 'ALARM' }))
    found.push(...[...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])].map(({ AlarmName }) => AlarmName!));
  return found;
}
