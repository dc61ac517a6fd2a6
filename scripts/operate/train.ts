import { ListHyperParameterTuningJobsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { folder, layout } from '../../lib/shared/names';
import { addDays, isDay } from '../../lib/shared/days';
import { Refused } from '../../lib/shared/refused';
import { type Algorithm, TUNED } from '../../lib/training/families';
import type { TrainingChoice } from '../../lib/training/treatment';
import type { DeployedKit } from './deployed-kit';
import { afterNewest, run } from './executions';
import { keysOf } from './objects';
import type { Out } from '../shared/out';
import { type Released, releaseOf, versions } from './releases';

export interface Trained {
  outcome: 'Promoted' | 'Held' | 'NoCapacity';
  reason: string;
  modelPackageArn?: string;
  /** The result of its release; absent while the version waits for approval. */
  released?: Released;
}

/** Deviations of a tuning job from the configuration. */
export interface Tuning {
  strategy?: string;
  maxTrials?: number;
  earlyStopping?: 'Auto';
  /** Name of the tuning job for a warm start. */
  warmStart?: string;
}

type TrainInput = { dataThrough: string } & (
  ({ mode: 'train' | 'tune'; tuning?: Tuning } & TrainingChoice) | { mode: 'bakeoff'; families?: readonly Algorithm[] }
);

/**
 * Trains, tunes or compares families on everything before the day `dataThrough`, and waits for the release when approval is automatic.
 * @param told receives the execution before its result. @default none
 */
export async function train(
  kit: DeployedKit,
  input: TrainInput,
  out: Out,
  told: (executionArn: string) => Promise<void> = async () => {},
): Promise<Trained> {
  if (input.mode === 'tune' && (input.algorithm ?? TUNED) !== TUNED)
    throw new Refused(
      `a tuning job is for ${TUNED} alone, not for ${input.algorithm}: omit --algorithm, or train it without tuning options`,
    );
  const since = await afterNewest(kit, 'release');
  const { output, executionArn } = await run(
    kit,
    'train',
    { ...input, trigger: 'manual', episode: null, attempt: 1 },
    out,
  );
  const trained = output as Trained;
  if (trained.outcome !== 'NoCapacity') await told(executionArn);
  out.line(`${trained.outcome}: ${trained.reason}`);
  const arn = trained.modelPackageArn;
  if (arn === undefined) return trained;
  const registered = (await versions(kit)).find((each) => each.arn === arn);
  if (registered?.approval === 'PendingManualApproval') {
    out.line(`version ${registered.version} waits: \`npm run kit -- approve ${registered.version}\`, or \`reject\``);
    return trained;
  }
  return { ...trained, released: await releaseOf(kit, arn, since, out) };
}

/** The newest completed tuning job. @throws Error when there is none */
export async function newestTuning({ aws, name }: DeployedKit): Promise<string> {
  const { HyperParameterTuningJobSummaries: jobs = [] } = await new SageMakerClient(aws).send(
    new ListHyperParameterTuningJobsCommand({ NameContains: `${name}-`, StatusEquals: 'Completed', MaxResults: 1 }),
  );
  const [newest] = jobs;
  if (newest === undefined)
    throw new Error(`no tuning job of kit ${name} has ended well: run \`npm run kit -- train --mode tune\` first`);
  return newest.HyperParameterTuningJobName!;
}

/**
 * The first day whose labels have not arrived. Other objects below the prefix are reported and ignored.
 * @throws Error when no labels have arrived
 */
export async function labelledThrough(
  kit: DeployedKit,
  out: Out,
  { delayDays = kit.settings.delayDays, today = new Date().toISOString().slice(0, 10) } = {},
): Promise<string> {
  const bucket = kit.buckets.raw;
  const prefix = folder(layout.raw.groundTruth);
  const keys = await keysOf(kit, bucket, prefix);
  const stray = keys.filter((key) => collectedOn(key, today) === undefined);
  const newest = keys
    .flatMap((key) => collectedOn(key, today) ?? [])
    .sort()
    .at(-1);
  if (stray.length > 0)
    out.line(
      `ignored ${stray.length} of s3://${bucket}/${prefix}, which are no labels of a day up to today (${layout.raw.groundTruth}): ${stray.slice(0, MAX_LISTED).join(', ')}${stray.length > MAX_LISTED ? ', …' : ''}`,
    );
  if (newest === undefined)
    throw new Error(`s3://${bucket}/${prefix} holds no labels: deliver them with \`npm run kit -- labels <days>\``);
  return addDays(newest, 1 - delayDays);
}

const MAX_LISTED = 5;

/** The day in a key of the ground-truth layout; undefined for another key, and for a day after today. */
function collectedOn(key: string, today: string): string | undefined {
  const below = key.slice(folder(layout.raw.groundTruth).length);
  const day = /^(\d{4})\/(\d\d)\/(\d\d)\/\d\d\/[^/]+\.jsonl$/.exec(below)?.slice(1).join('-');
  return isDay(day) && day <= today ? day : undefined;
}
