import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { addDays, type DayRange } from '../../../lib/shared/days';
import { partitionsOf } from '../../operate/days';
import { watchCaptured } from '../../operate/captured';
import { featuresOf } from '../../operate/features';
import { load } from '../../operate/load';
import { predict } from '../../operate/predict';
import type { Released } from '../../operate/releases';
import { replay } from '../../operate/replay';
import { MAY_REGISTER, register } from '../packages';
import { expect, type Scenario, type Stage } from '../scenario';
import { approved, begin, deliver, look } from '../story';
import type { Recomputed } from '../verify';
import { names } from '../../../lib/shared/names';

/** Passes health checks but fails every invocation. */
const FAILS_ON_REQUESTS = `def model_fn(model_dir):
    return None


def input_fn(body, content_type):
    return body


def predict_fn(instances, model):
    raise KeyError("a feature that was renamed")
`;

export const standard: Scenario = {
  name: 'standard',
  title: 'a real-time endpoint with data capture, a successful canary and one that an alarm rolls back',
  profile: 'standard',
  // Two instances, and two more during an update.
  quotas: { 'ml.m5.large for endpoint usage': 4 },
  extra: MAY_REGISTER,
  async play(stage) {
    const start = await begin(stage);
    const week = { start, end: addDays(start, 7) };
    const partitions = [...partitionsOf(stage.kit.dataset, week)];
    await load(stage.kit, { source: stage.source, partitions }, stage.out);
    const captured = await captureAndMonitor(stage, week);

    const first = await endpoint(stage);
    const later = { start: week.end, end: addDays(week.end, 14) };
    const good = await releaseUnder(stage, later, await register(stage, 'the same model again'));
    expect(good.outcome === 'released', `version 2 was ${good.outcome}: ${good.reason}`);
    const second = await endpoint(stage);
    expect(second.EndpointConfigName !== first.EndpointConfigName, 'version 2 serves, but from the old configuration');

    const input = { instances: (await featuresOf(stage.kit, partitions[0]!)).slice(-5) };
    const before = JSON.stringify(await predict(stage.kit, { input }));
    const flawed = await register(stage, 'fails on requests', { program: FAILS_ON_REQUESTS });
    const bad = await releaseUnder(stage, later, flawed);
    expect(bad.outcome === 'rejected', `version 3 was ${bad.outcome}: ${bad.reason}`);
    const third = await endpoint(stage);
    expect(
      third.EndpointStatus === 'InService' && third.EndpointConfigName === second.EndpointConfigName,
      `after the rollback the endpoint is ${third.EndpointStatus} with ${third.EndpointConfigName}, not ${second.EndpointConfigName}`,
    );
    const after = JSON.stringify(await predict(stage.kit, { input }));
    expect(after === before, `the API has another answer after the rollback: ${after} instead of ${before}`);
    return `${captured}; version 2 released through its canary; version 3 rejected: ${bad.reason}`;
  },
  prove: ({ deployments }) => proveCanaries(deployments),
};

/** Replays the days and counts the captured records; then monitors them under today's date. @returns the observations */
async function captureAndMonitor(stage: Stage, week: DayRange): Promise<string> {
  const { kit, out } = stage;
  const arrived = await watchCaptured(kit);
  const today = utcDay();
  const { requests, instances } = await replay(kit, { days: week, batch: 'hour' }, out);
  const captured = await arrived(requests, out);
  expect(captured === requests, `${requests} requests were answered, ${captured} records captured`);
  await deliver(stage, week);
  const outcome = await look(stage, week, { start: today, end: addDays(utcDay(), 1) });
  expect(
    outcome.records === instances,
    `${instances} rows were answered, Monitor found ${outcome.records} (${outcome.status})`,
  );
  return `${captured} requests captured natively, ${outcome.records} rows of them monitored (${outcome.status})`;
}

const utcDay = () => new Date().toISOString().slice(0, 10);

const endpoint = ({ kit }: Stage) =>
  new SageMakerClient(kit.aws).send(new DescribeEndpointCommand({ EndpointName: names.endpoint(kit.name) }));

/** Approves a version while requests of the same days are sent again and again, until its release has ended. */
async function releaseUnder(stage: Stage, days: DayRange, arn: string): Promise<Released> {
  const stop = new AbortController();
  const traffic = (async () => {
    while (!stop.signal.aborted) await replay(stage.kit, { days, batch: 'hour', signal: stop.signal }, stage.out);
  })();
  try {
    return await approved(stage, arn);
  } finally {
    stop.abort();
    await traffic;
  }
}

/** First one of two instances gets half of the requests; then all, or none after errors. */
export function proveCanaries(deployments: Recomputed['deployments']): string[] {
  const violated = (facts: Record<string, boolean>) =>
    Object.entries(facts)
      .filter(([, holds]) => !holds)
      .map(([sentence]) => `${sentence}: ${JSON.stringify(deployments)}`);
  const [good, bad] = deployments;
  const two = { [`${deployments.length} updates of the endpoint, two were asked for`]: deployments.length === 2 };
  if (good === undefined || bad === undefined) return violated(two);
  const [canary, full] = good.stages;
  const [green, blue] = [canary?.green.requests ?? 0, canary?.blue.requests ?? 0];
  const [failed] = bad.stages;
  return violated({
    ...two,
    'the first update did not go through two stages': good.outcome === 'completed' && good.stages.length === 2,
    'half of the requests must reach the canary': green + blue >= 10 && Math.abs(green / (green + blue) - 0.5) < 0.1,
    'after the canary every request must reach the new fleet': full?.blue.requests === 0 && full.green.requests > 0,
    'the second update was not rolled back at its canary': bad.outcome === 'rolled back' && bad.stages.length === 1,
    'the new fleet alone must have failed': (failed?.green.errors ?? 0) > 0 && failed?.blue.errors === 0,
    'the alarm is not the reason': bad.reason?.includes('serving/endpoint-errors') ?? false,
  });
}
