/** The steps of scenarios, each as a user of a deployed kit takes it. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeModelPackageCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { monitoring } from '../../lib/monitoring/room';
import { addDays, type DayRange } from '../../lib/shared/days';
import { names } from '../../lib/shared/names';
import { endOf, partitionsOf } from '../operate/days';
import { watchCaptured } from '../operate/captured';
import { decisions, type GuardDecision } from '../operate/decisions';
import { finished } from '../operate/executions';
import { labels, load } from '../operate/load';
import { monitor, type WindowOutcome } from '../operate/monitor';
import type { Out } from '../shared/out';
import { pause } from '../operate/pace';
import { approve, type Released, releaseOf } from '../operate/releases';
import { type Batch, replay } from '../operate/replay';
import { train, type Trained, type Tuning } from '../operate/train';
import { expect, type Stage } from './scenario';
import { monitored, versionOf } from './verify';

interface Beginning {
  /** Whole partitions. @default story.history */
  history?: DayRange;
  /** @default train */
  mode?: 'train' | 'tune';
  /** Deviations of the tuning job. @default the configuration */
  tuning?: Tuning;
  /** Runs beside the training, once the history has landed. @default nothing */
  meanwhile?: () => void;
}

/** The first day after the history, by account; scenarios on one deployment share it. */
const begun = new WeakMap<Stage['seen'], string>();

/** Lands the history with its labels and trains until the first version serves. @returns the first day after the history */
export async function begin(
  stage: Stage,
  { history = stage.story.history, mode = 'train', tuning, meanwhile }: Beginning = {},
): Promise<string> {
  const { start, end } = history;
  const beginning = `${start} to ${end}, ${mode}`;
  const earlier = begun.get(stage.seen);
  if (earlier === beginning) return end;
  if (earlier !== undefined)
    throw new Error(`this deployment began with ${earlier}; play the scenario with ${beginning} by itself`);
  begun.set(stage.seen, beginning);
  await load(stage.kit, { source: stage.source, partitions: partitionsOf(stage.kit.dataset, history) }, stage.out);
  meanwhile?.();
  await deliver(stage, history);
  const { outcome, reason, released } = await trained(stage, { mode, dataThrough: end, tuning });
  if (released?.outcome !== 'released')
    throw new Error(
      `the first model does not serve: ${released?.outcome ?? outcome}: ${released?.reason ?? reason}; see docs/your-own-data.md, chapter 7`,
    );
  return end;
}

/** Delivers the labels of the events of `days`. */
export async function deliver({ kit, source, out }: Stage, days: DayRange): Promise<void> {
  const { delayDays } = kit.settings;
  const collected = { start: addDays(days.start, delayDays), end: addDays(days.end, delayDays) };
  await labels(kit, { source, collected }, out);
}

/** Trains, and records the release of the new version where there is one. */
export async function trained(stage: Stage, input: Parameters<typeof train>[1]): Promise<Trained> {
  const result = await train(stage.kit, input, stage.out);
  const { modelPackageArn, released } = result;
  if (modelPackageArn !== undefined && released !== undefined) await note(stage, modelPackageArn, released);
  return result;
}

type Facts = Record<string, string>;

/** Approves a version, and records its release. @returns the release with the facts of the package */
export async function approved(stage: Stage, arn: string): Promise<Released & { facts: Facts }> {
  const released = await approve(stage.kit, { version: versionOf(arn) }, stage.out);
  return { ...released, facts: await note(stage, arn, released) };
}

/** Records the result of a release. @returns the registry's facts of its package */
export async function note({ kit, seen }: Stage, arn: string, { outcome, reason }: Released): Promise<Facts> {
  const { CustomerMetadataProperties: facts = {} } = await new SageMakerClient(kit.aws).send(
    new DescribeModelPackageCommand({ ModelPackageName: arn }),
  );
  seen.releases.push({
    version: versionOf(arn),
    trigger: facts.trigger ?? 'unknown',
    trainedThrough: facts.trainedThrough ?? 'unknown',
    outcome,
    reason,
  });
  return facts;
}

/** Sends an event as only the monitor does. */
export async function forge({ kit }: Stage, detail: object): Promise<void> {
  const Source = names.eventSource(kit.name, 'monitoring');
  const Entries = [{ Source, DetailType: monitoring.events.completed, Detail: JSON.stringify(detail) }];
  await new EventBridgeClient(kit.aws).send(new PutEventsCommand({ Entries }));
}

/** Partitions that have landed or are landing, each before its use. */
export class Partitions {
  private readonly landing = new Map<string, Promise<void>>();

  /**
   * @param landed days that are curated already
   * @param last partition that may land
   */
  constructor(
    private readonly stage: Stage,
    landed: DayRange,
    private readonly last: string,
  ) {
    for (const partition of partitionsOf(stage.kit.dataset, landed)) this.landing.set(partition, Promise.resolve());
  }

  /** Waits until the window is curated, and lands the following partition meanwhile, as a real source would. */
  async use(window: DayRange): Promise<void> {
    const { dataset } = this.stage.kit;
    await this.land(window);
    // Preparing a month takes as long as replaying a week.
    const next = partitionsOf(dataset, {
      start: window.end,
      end: addDays(window.end, dataset.partition === 'month' ? 31 : 7),
    });
    const last = [...next].filter((partition) => partition <= this.last).at(-1);
    if (last !== undefined) this.land({ start: window.end, end: endOf(last) }).catch(() => {});
  }

  /** Lands missing partitions of the days in one run; resolves when all are curated. */
  async land(days: DayRange): Promise<void> {
    const { kit, source, out } = this.stage;
    const asked = [...partitionsOf(kit.dataset, days)];
    // A day without events has nothing to land.
    const partitions = asked.filter((partition) => !this.landing.has(partition) && source.holds(partition));
    if (partitions.length > 0) {
      const landing = load(kit, { source, partitions }, out);
      // Consumers of the partitions handle a failure; until then it must not end the process.
      landing.catch(() => {});
      for (const partition of partitions) this.landing.set(partition, landing);
    }
    for (const partition of asked) await this.landing.get(partition);
  }
}

/** One window of traffic: its partitions land, requests go through the API, labels arrive, the monitor runs. */
export async function live(
  stage: Stage,
  window: DayRange,
  partitions: Partitions,
  batch: Batch = 'day',
): Promise<WindowOutcome> {
  const { kit, out, timed } = stage;
  await partitions.use(window);
  const arrived = await watchCaptured(kit);
  const replayed = () => replay(kit, { days: window, batch }, out);
  const { requests } = await timed(`replay by ${batch}`, replayed);
  const captured = await arrived(requests, out);
  expect(captured >= requests, `${captured} of ${requests} requests were captured: the monitor would use fewer`);
  await deliver(stage, window);
  return look(stage, window);
}

/** Runs Monitor over a window and records its outcome. @param captured see `monitor` */
export async function look(
  { kit, out, seen, timed }: Stage,
  window: DayRange,
  captured?: DayRange,
): Promise<WindowOutcome> {
  const outcome = await timed('monitor', () => monitor(kit, window, out, captured));
  seen.monitor.push(monitored(outcome));
  return outcome;
}

/** Waits until the guard has recorded its decision about a window. @throws Error after a minute */
async function decided(stage: Stage, window: DayRange): Promise<GuardDecision> {
  for (const giveUp = Date.now() + 60_000; Date.now() < giveUp; await pause(stage.kit.s3, 500)) {
    const found = (await decisions(stage.kit)).filter(({ evidence }) => evidence.window.end === window.end);
    const decision = found.find(({ outcome }) => outcome === 'started') ?? found[0];
    if (decision !== undefined) return decision;
  }
  throw new Error(`the guard wrote no decision about the window that ends ${window.end} within a minute`);
}

/** Reads the guard's decision about a window; when a retraining started, waits for it and its release. */
export async function follow(stage: Stage, window: DayRange): Promise<GuardDecision> {
  const { kit, out } = stage;
  const decision = await decided(stage, window);
  out.line(`guard: ${decision.outcome}: ${decision.reason}`);
  if (decision.executionName === undefined) return decision;
  const execution = `${kit.machines.train.replace(':stateMachine:', ':execution:')}:${decision.executionName}`;
  const { outcome, reason, modelPackageArn } = (await finished(kit, 'train', execution, out)).output as Trained;
  out.line(`${outcome}: ${reason}`);
  if (modelPackageArn !== undefined)
    await note(stage, modelPackageArn, await releaseOf(kit, modelPackageArn, new Date(0), out));
  return decision;
}

/** The windows in turn, each announced with an estimate of the remaining time. */
export function* announced(windows: readonly DayRange[], out: Out): Generator<DayRange> {
  const started = Date.now();
  for (const [done, window] of windows.entries()) {
    const seconds = Math.ceil(((Date.now() - started) / 1000 / done) * (windows.length - done));
    const left = done === 0 ? '' : `, about ${seconds} s to the end of the last`;
    out.line(`── window ${done + 1} of ${windows.length}: ${window.start} to ${window.end}${left}`);
    yield window;
  }
}
