import { CloudWatchClient, DescribeAlarmHistoryCommand, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
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
import { fill, folder, layout, names } from '../../lib/shared/names';
import { addDays } from '../../lib/shared/days';
import type { Machine } from '../../lib/rooms';
import { recorded } from '../local/account';
import { rangeText } from './days';
import type { GuardDecision } from './decisions';
import { type Denial, denialsOf } from './denials';
import type { DeployedKit } from './deployed-kit';
import { currentState } from './executions';
import type { Out } from '../shared/out';
import { type RegisteredVersion, versions } from './releases';

export interface Status {
  kit: string;
  /** Manifests of raw data that have landed. */
  landed: number;
  /** Curated partitions: months `YYYY-MM`, or days. */
  partitions: string[];
  champion: string;
  /** `InService`, another SageMaker status, or `none`. */
  endpoint: string;
  versions: RegisteredVersion[];
  /** Executions, machine by machine. */
  executions: Executions[];
  /** Decisions of the last two days, newest first. */
  decisions: GuardDecision[];
  /** Alarms in state ALARM. */
  alarms: Rang[];
  /** Newest times when an alarm began to ring, those that are over among them. */
  rang: Rang[];
  /** Calls that IAM refused, newest first; absent on AWS, where CloudTrail has them. */
  denials?: Denial[];
}

interface Rang {
  name: string;
  since: Date;
  reason: string;
}

/** The newest executions of a machine, at most a hundred of them counted. */
interface Executions {
  machine: Machine;
  running: number;
  succeeded: number;
  /** Failed, aborted or timed out. */
  failed: number;
  newest: Execution[];
}

interface Execution {
  name: string;
  status: string;
  startedAt: Date;
  stoppedAt?: Date;
  /** The last state that it entered. */
  state: string;
}

/** How many executions of a machine are shown, and how many alarms that rang. */
const NEWEST = 3;

/**
 * What a person asks of a kit first.
 * @param denials reads them. @default from the audit of the local account, where the kit is there
 */
export async function statusOf(kit: DeployedKit, denials = localDenials(kit)): Promise<Status> {
  const [landed, partitions, champion, endpoint, registered, executions, decisions, alarms, rang] = await Promise.all([
    landedManifests(kit),
    curatedPartitions(kit),
    championOf(kit),
    endpointStatus(kit),
    versions(kit),
    newestExecutions(kit),
    recentDecisions(kit),
    ringing(kit),
    rungLately(kit),
  ]);
  const found = { landed, partitions, champion, endpoint, versions: registered, executions, decisions, alarms, rang };
  return { kit: kit.name, ...found, ...(denials && { denials: denials() }) };
}

function localDenials({ aws: { endpoint = process.env.AWS_ENDPOINT_URL } }: DeployedKit): (() => Denial[]) | undefined {
  const account = endpoint === undefined ? undefined : recorded();
  return account?.endpoint === endpoint && account !== undefined ? denialsOf(account.runDir) : undefined;
}

/** Tells the status in lines. */
export async function status(kit: DeployedKit, out: Out): Promise<Status> {
  const found = await statusOf(kit);
  for (const line of lines(kit.dataset, found)) out.line(line);
  return found;
}

function* lines(dataset: Dataset, found: Status): Generator<string> {
  const { partitions, champion, endpoint, versions, executions, decisions, alarms, rang } = found;
  yield `curated   ${partitions.length === 0 ? `nothing; next: npm run kit -- load ${rangeText(dataset, storyOf(dataset.name).history)}` : `${partitions[0]} to ${partitions.at(-1)} (${partitions.length} ${dataset.partition}s)`}`;
  const approved = versions.find(({ approval }) => approval === 'Approved');
  const next = approved === undefined ? 'train' : `release ${approved.version}`;
  yield `champion  ${champion === NO_MODEL ? `none; next: npm run kit -- ${next}` : `version ${champion.split('/').at(-1)}`}`;
  yield `endpoint  ${endpoint}`;
  yield `versions  ${versions.map(({ version, approval }) => `${version} ${approval}`).join(', ') || 'none'}`;
  for (const { machine, newest } of executions)
    for (const { name, status: state, startedAt } of newest.slice(0, 1))
      yield `${machine.padEnd(9)} ${state}, ${name}, ${startedAt.toISOString()}`;
  for (const { decidedAt, outcome, episode, reason } of decisions)
    yield `guard     ${decidedAt} ${outcome}${episode === null ? '' : ` ${episode}`}: ${reason}`;
  yield `alarms    ${alarms.map(({ name }) => name).join(', ') || 'none'}`;
  for (const { name, since } of rang) yield `rang      ${since.toISOString()} ${name}`;
}

async function landedManifests({ s3: client, buckets }: DeployedKit): Promise<number> {
  const Prefix = folder(layout.raw.manifests);
  let found = 0;
  for await (const { KeyCount } of paginateListObjectsV2({ client }, { Bucket: buckets.raw, Prefix }))
    found += KeyCount ?? 0;
  return found;
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
    found.push(...(CommonPrefixes ?? []).map((each) => each.Prefix!.slice(Prefix.length, -end.length)));
  return found;
}

export async function championOf(kit: Pick<DeployedKit, 'aws' | 'name'>): Promise<string> {
  const { Parameter } = await new SSMClient(kit.aws).send(new GetParameterCommand({ Name: championName(kit.name) }));
  return Parameter?.Value ?? NO_MODEL;
}

async function endpointStatus(kit: DeployedKit): Promise<string> {
  const described = new DescribeEndpointCommand({ EndpointName: names.endpoint(kit.name) });
  const found = await unlessAbsent(new SageMakerClient(kit.aws).send(described));
  return found?.EndpointStatus ?? 'none';
}

async function newestExecutions(kit: DeployedKit): Promise<Executions[]> {
  const client = new SFNClient(kit.aws);
  return Promise.all(
    Object.entries(kit.machines).map(async ([machine, stateMachineArn]) => {
      const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 100 }));
      const count = (...of: string[]) => executions.filter(({ status: found }) => of.includes(found!)).length;
      const newest = executions.slice(0, NEWEST).map(async ({ executionArn, name, status: found, ...times }) => ({
        ...{ name: name!, status: found!, startedAt: times.startDate!, stoppedAt: times.stopDate },
        state: await currentState(client, executionArn!),
      }));
      return {
        machine: machine as Machine,
        running: count('RUNNING'),
        succeeded: count('SUCCEEDED'),
        failed: count('FAILED', 'ABORTED', 'TIMED_OUT'),
        newest: await Promise.all(newest),
      };
    }),
  );
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
  return days.flatMap(({ Items }) => (Items ?? []) as GuardDecision[]);
}

async function ringing(kit: DeployedKit): Promise<Rang[]> {
  const client = new CloudWatchClient(kit.aws);
  const found: Rang[] = [];
  for await (const page of paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${kit.name}/`, StateValue: 'ALARM' }))
    for (const alarm of [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])])
      found.push({ name: alarm.AlarmName!, since: alarm.StateUpdatedTimestamp!, reason: alarm.StateReason! });
  return found;
}

/** An alarm that looks at five minutes is over before most people look. */
export async function rungLately({ aws, name: kit }: DeployedKit): Promise<Rang[]> {
  const { AlarmHistoryItems = [] } = await new CloudWatchClient(aws).send(
    new DescribeAlarmHistoryCommand({ HistoryItemType: 'StateUpdate', MaxRecords: 100 }),
  );
  return AlarmHistoryItems.filter(({ AlarmName }) => AlarmName?.startsWith(`${kit}/`))
    .flatMap(({ AlarmName, Timestamp, HistoryData }) => {
      const { newState } = JSON.parse(HistoryData!) as { newState: { stateValue: string; stateReason: string } };
      return newState.stateValue === 'ALARM'
        ? [{ name: AlarmName!, since: Timestamp!, reason: newState.stateReason }]
        : [];
    })
    .slice(0, NEWEST);
}
