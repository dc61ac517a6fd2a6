/** Scenario `failures`: what goes wrong tells people, and nothing that was sent is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { detailType, fill, layout, names } from '../../../lib/shared/names';
import { afterNewest, appeared, finished, run } from '../../kit/executions';
import { expect, type Scenario, type Stage } from '../scenario';
import { begin } from '../story';

const MISSING = 'tables/flights/month=2013-04/flights.csv';

export const failures: Scenario = {
  title: 'a month without its file, a training without rows, a window that is no day, an event that nobody understands',
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
    await misunderstood(stage);
    return `Prepare, Train and Monitor failed with a reason, and the guard's event waits among the dead letters`;
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

async function prepareWithoutFile({ kit, out }: Stage): Promise<unknown> {
  const manifestKey = fill(layout.raw.manifests, { month: '2013-04' });
  const since = await afterNewest(kit, 'prepare');
  const Body = JSON.stringify({ month: '2013-04', files: [{ table: 'flights', key: MISSING, rows: 1, bytes: 1 }] });
  await kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.raw, Key: manifestKey, Body }));
  const execution = await appeared(kit, 'prepare', since, (i) => i.manifestKey === manifestKey, 'the manifest');
  return finished(kit, 'prepare', execution, out);
}

/** The guard fails on an event without a window, as often as Lambda retries it. */
async function misunderstood({ kit }: Stage): Promise<void> {
  const Source = names.eventSource(kit.name, 'monitoring');
  const Detail = JSON.stringify({ status: 'CompletedWithViolations', confirmed: true });
  const Entries = [{ Source, DetailType: detailType.monitorCompleted, Detail }];
  await new EventBridgeClient(kit.aws).send(new PutEventsCommand({ Entries }));
  const sqs = new SQSClient(kit.aws);
  const { QueueUrls: [QueueUrl] = [] } = await sqs.send(
    new ListQueuesCommand({ QueueNamePrefix: names.stack(kit.name, 'retraining') }),
  );
  for (const giveUp = Date.now() + 60_000; Date.now() < giveUp; await sleep(1000)) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    if (Attributes?.ApproximateNumberOfMessages === '1') return;
  }
  throw new Error(`the event that the guard cannot read is not in ${QueueUrl}`);
}
