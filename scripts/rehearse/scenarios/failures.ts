/** Scenario `failures`: what goes wrong tells people, and nothing that was sent is lost. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { monitoring, statuses } from '../../../lib/monitoring/room';
import { fill, layout, names } from '../../../lib/shared/names';
import { columnWith } from '../../../lib/shared/dataset';
import { afterNewest, appeared, finished, run } from '../../operate/executions';
import { featuresOf } from '../../operate/features';
import { partitionFiles } from '../../operate/landing';
import { daysOf } from '../../operate/days';
import { load } from '../../operate/load';
import { pause } from '../../operate/pace';
import { expect, type Scenario, type Stage } from '../scenario';
import { begin } from '../story';

const BROKEN = '2013-05';
const MISSING = fill(layout.raw.tables, { table: 'flights', grain: 'month', partition: BROKEN });

export const failures: Scenario = {
  name: 'failures',
  title:
    'a range with a broken month, one month twice at once, a training without rows, a window that is no day, an event that nobody understands',
  extra: [{ Effect: 'Allow', Action: ['events:PutEvents', 'sqs:ListQueues', 'sqs:GetQueueAttributes'], Resource: '*' }],
  async play(stage) {
    await begin(stage);
    const { kit, out } = stage;
    const said = [
      await failure(() => prepareWithoutFile(stage)),
      await failure(() => run(kit, 'train', { ...nobody, mode: 'train', dataThrough: '2012-01-01' }, out)),
      await failure(() => run(kit, 'monitor', { windowStart: 'spring', windowEnd: 'summer' }, out)),
    ];
    said.forEach((sentence) => out.line(sentence));
    expect(said[0]!.includes(MISSING), `Prepare does not name the missing file: ${said[0]}`);
    expect(said[0]!.includes('Prepared: 2013-04'), `the whole month was not prepared: ${said[0]}`);
    const repeated = await sameMonthAtOnce(stage);
    await misunderstood(stage);
    return `${repeated}; Prepare, Train and Monitor failed with a reason, and the guard's event waits among the dead letters`;
  },
};

const nobody = { trigger: 'manual', episode: null, attempt: 1 };

/** @returns the sentence of the failure that must come */
async function failure(what: () => Promise<unknown>): Promise<string> {
  try {
    await what();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${what.toString()} succeeded; it must not`);
}

/** April is whole, May lacks its flights: the first is prepared, the second named. */
async function prepareWithoutFile({ kit, source, out }: Stage): Promise<unknown> {
  const put = (Key: string, Body: string | Buffer) =>
    kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.raw, Key, Body }));
  const whole = partitionFiles(kit.dataset, '2013-04', source.tables('2013-04'));
  for (const { entry, body } of whole) await put(entry.key, body);
  const files = [...whole.map(({ entry }) => entry), { partition: BROKEN, table: 'flights', key: MISSING, bytes: 1 }];
  const manifest = { partitions: ['2013-04', BROKEN], source: 'files', files };
  const manifestKey = fill(layout.raw.manifests, { partitions: `2013-04-to-${BROKEN}` });
  const since = await afterNewest(kit, 'prepare');
  await put(manifestKey, JSON.stringify(manifest));
  const execution = await appeared(kit, 'prepare', since, (i) => i.manifestKey === manifestKey, 'the manifest');
  return finished(kit, 'prepare', execution, out);
}

/**
 * Two people load April at once, and the event of its manifest is delivered three times: five executions want one month.
 * @returns how many rows it has after them, each once
 */
async function sameMonthAtOnce({ kit, source, out }: Stage): Promise<string> {
  const client = new SFNClient(kit.aws);
  const since = await afterNewest(kit, 'prepare');
  const april = { source, months: ['2013-04'] };
  await Promise.all([load(kit, april, out), load(kit, april, out)]);
  const manifest = { Bucket: kit.buckets.raw, Key: fill(layout.raw.manifests, { partitions: '2013-04' }) };
  const Body = await (await kit.s3.send(new GetObjectCommand(manifest))).Body!.transformToByteArray();
  // A new upload of the same bytes: nobody but S3 can send an event in the name of S3.
  await Promise.all(Array.from({ length: 3 }, () => kit.s3.send(new PutObjectCommand({ ...manifest, Body }))));
  let ended: (string | undefined)[] = [];
  for (const giveUp = Date.now() + 180_000; ended.length < 5 && Date.now() < giveUp; await pause(client, 500)) {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: kit.machines.prepare }));
    const mine = executions.filter(({ startDate }) => startDate! >= since);
    ended = mine.map(({ status }) => status).filter((status) => status !== 'RUNNING');
  }
  expect(ended.join() === Array(5).fill('SUCCEEDED').join(), `of five executions for April ended ${ended.join()}`);
  const keys = (await featuresOf(kit, '2013-04')).map((row) => row[columnWith(kit.dataset, 'id')]);
  const days = daysOf({ start: '2013-04-01', end: '2013-05-01' });
  const arrived = [...days].flatMap((day) => source.labels(day).labels);
  expect(new Set(keys).size === keys.length, `${keys.length} rows of April hold ${new Set(keys).size} keys`);
  expect(keys.length === arrived.length, `April has ${arrived.length} labels and ${keys.length} rows`);
  return `five executions prepared April, whose ${keys.length} rows are there once`;
}

/** The guard fails on an event without a window, as often as Lambda retries it. */
async function misunderstood({ kit }: Stage): Promise<void> {
  const Source = names.eventSource(kit.name, 'monitoring');
  const Detail = JSON.stringify({ status: statuses.violations, confirmed: true });
  const Entries = [{ Source, DetailType: monitoring.events.completed, Detail }];
  await new EventBridgeClient(kit.aws).send(new PutEventsCommand({ Entries }));
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
