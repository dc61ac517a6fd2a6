/** Scenario `failures`: faults notify people, and no request is lost. */
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { foundation } from '../../../lib/foundation/room';
import { monitoring, statuses } from '../../../lib/monitoring/room';
import { fill, layout, names } from '../../../lib/shared/names';
import { columnWith, eventsTable, placeOf } from '../../../lib/shared/dataset';
import { addDays } from '../../../lib/shared/days';
import { afterNewest, appeared, finished, run } from '../../operate/executions';
import { daysOf, endOf, nextPartition, partitionOf } from '../../operate/days';
import { featuresOf } from '../../operate/features';
import { partitionFiles } from '../../operate/landing';
import { load } from '../../operate/load';
import { bodyOf } from '../../operate/objects';
import { pause } from '../../operate/pace';
import { rungLately } from '../../operate/status';
import { allow } from '../client-role';
import { expect, messageOf, type Scenario, type Stage } from '../scenario';
import { begin, forge } from '../story';

/** The partitions after the history: the first is complete, the second lacks its events. */
function after({ kit: { dataset }, story }: Stage) {
  const first = partitionOf(dataset, story.history.end);
  const second = nextPartition(dataset, first);
  const table = eventsTable(dataset);
  return { first, second, table, missing: fill(layout.raw.tables, { table, ...placeOf(dataset, second) }) };
}

export const failures: Scenario = {
  name: 'failures',
  title:
    'a range with a broken partition, one partition twice at once, a training without rows, an empty window, an event without a window',
  extra: [allow(['events:PutEvents', 'sqs:ListQueues', 'sqs:GetQueueAttributes'])],
  async play(stage) {
    await begin(stage);
    const { kit, out, story } = stage;
    const { first, missing } = after(stage);
    // A day before any data.
    const tooEarly = addDays(story.history.start, -366);
    await fails(stage, () => prepareWithoutFile(stage), missing, `Prepared: ${first}`);
    const training = { ...nobody, mode: 'train', dataThrough: tooEarly };
    await fails(stage, () => run(kit, 'train', training, out), `no day before ${tooEarly} has its labels`);
    const window = { windowStart: 'spring', windowEnd: 'summer' };
    await fails(stage, () => run(kit, 'monitor', window, out), 'InvalidWindow', 'is no range of days');
    await rings(stage, names.alarm(kit.name, monitoring.name, monitoring.alarms.pipelineFailed.what));
    const repeated = await samePartitionAtOnce(stage);
    await misunderstood(stage);
    await rings(stage, names.alarm(kit.name, foundation.name, foundation.alarms.deadLetters.what));
    return `${repeated}; Prepare, Train and Monitor failed with a reason, and the guard's event is in the dead-letter queue; both alarms rang`;
  },
};

const nobody = { trigger: 'manual', episode: null, attempt: 1 };

/** Expects a failure whose message says each of `words`. */
async function fails({ out }: Stage, what: () => Promise<unknown>, ...words: string[]): Promise<void> {
  const said = await messageOf(what(), 'it succeeded');
  out.line(said);
  for (const each of words) expect(said.includes(each), `${what.toString()} does not say "${each}": ${said}`);
}

/** The first partition is prepared, the second is named in the error. */
async function prepareWithoutFile(stage: Stage): Promise<unknown> {
  const { kit, source, out } = stage;
  const { first, second, table, missing } = after(stage);
  const put = (Key: string, Body: string | Buffer) =>
    kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.raw, Key, Body }));
  const whole = partitionFiles(kit.dataset, first, source.tables(first));
  for (const { entry, body } of whole) await put(entry.key, body);
  const files = [...whole.map(({ entry }) => entry), { partition: second, table, key: missing, bytes: 1 }];
  const manifest = { partitions: [first, second], source: 'files', files };
  const manifestKey = fill(layout.raw.manifests, { partitions: `${first}-to-${second}` });
  const since = await afterNewest(kit, 'prepare');
  await put(manifestKey, JSON.stringify(manifest));
  const execution = await appeared(kit, 'prepare', since, (i) => i.manifestKey === manifestKey, 'the manifest');
  return finished(kit, 'prepare', execution, out);
}

/**
 * Two people load one partition at once, and the event of its manifest is delivered three times: five executions compete.
 * @returns its number of rows, each of them once
 */
async function samePartitionAtOnce(stage: Stage): Promise<string> {
  const { kit, source, out, story } = stage;
  const { first } = after(stage);
  const client = new SFNClient(kit.aws);
  const since = await afterNewest(kit, 'prepare');
  const whole = { source, partitions: [first] };
  await Promise.all([load(kit, whole, out), load(kit, whole, out)]);
  const manifest = { Bucket: kit.buckets.raw, Key: fill(layout.raw.manifests, { partitions: first }) };
  const Body = await (await bodyOf(kit, manifest.Bucket, manifest.Key)).transformToByteArray();
  // A new upload of the same bytes, because only S3 can send events with its source.
  await Promise.all(Array.from({ length: 3 }, () => kit.s3.send(new PutObjectCommand({ ...manifest, Body }))));
  let ended: (string | undefined)[] = [];
  for (const giveUp = Date.now() + 180_000; ended.length < 5 && Date.now() < giveUp; await pause(client, 500)) {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: kit.machines.prepare }));
    const mine = executions.filter(({ startDate }) => startDate! >= since);
    ended = mine.map(({ status }) => status).filter((status) => status !== 'RUNNING');
  }
  expect(ended.join() === Array(5).fill('SUCCEEDED').join(), `of five executions for ${first} ended ${ended.join()}`);
  const keys = (await featuresOf(kit, first)).map((row) => row[columnWith(kit.dataset, 'id')]);
  const labelled = [...daysOf({ start: story.history.end, end: endOf(first) })].flatMap(
    (day) => source.labels(day).labels,
  );
  expect(new Set(keys).size === keys.length, `${keys.length} rows of ${first} hold ${new Set(keys).size} keys`);
  expect(keys.length === labelled.length, `${first} has ${labelled.length} labels and ${keys.length} rows`);
  return `five executions prepared ${first}, whose ${keys.length} rows are there once`;
}

async function rings({ kit }: Stage, alarm: string): Promise<void> {
  for (const giveUp = Date.now() + 30_000; Date.now() < giveUp; await pause(new SFNClient(kit.aws), 500))
    if ((await rungLately(kit)).some(({ name }) => name === alarm)) return;
  throw new Error(`the alarm ${alarm} did not ring`);
}

/** The guard fails on an event without a window, as often as Lambda retries it. */
async function misunderstood(stage: Stage): Promise<void> {
  await forge(stage, { status: statuses.violations, confirmed: true });
  const { kit } = stage;
  const sqs = new SQSClient(kit.aws);
  const { QueueUrls: [QueueUrl] = [] } = await sqs.send(
    new ListQueuesCommand({ QueueNamePrefix: names.stack(kit.name, 'foundation') }),
  );
  for (const giveUp = Date.now() + 60_000; Date.now() < giveUp; await pause(sqs, 1000)) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    if (Attributes?.ApproximateNumberOfMessages === '1') return;
  }
  throw new Error(`the event that the guard cannot read is not in ${QueueUrl}`);
}
