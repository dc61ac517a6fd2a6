import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { layout } from '../../lib/shared/names';
import { addDays } from '../../lib/shared/days';
import type { DeployedKit } from './deployed-kit';
import { afterNewest, run } from './executions';
import type { Out } from '../shared/out';
import { type Released, releaseOf, versions } from './releases';

export interface Trained {
  outcome: 'Promoted' | 'Held' | 'NoCapacity';
  reason: string;
  modelPackageArn?: string;
  /** How its release ended; absent while the version waits for approval. */
  released?: Released;
}

/** Trains or tunes on everything before the day `dataThrough`, and waits for the release where approval is automatic. */
export async function train(
  kit: DeployedKit,
  options: { mode: 'train' | 'tune'; dataThrough: string },
  out: Out,
): Promise<Trained> {
  const since = await afterNewest(kit, 'release');
  const { output } = await run(kit, 'train', { ...options, trigger: 'manual', episode: null, attempt: 1 }, out);
  const trained = output as Trained;
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

/** The first day whose labels have not arrived. @throws Error when none have */
export async function labelledThrough(kit: DeployedKit, delayDays: number): Promise<string> {
  const Bucket = kit.buckets.raw;
  const Prefix = layout.raw.groundTruth.replace(/\{.*/, '');
  let newest: string | undefined;
  for await (const { Contents } of paginateListObjectsV2({ client: kit.s3 }, { Bucket, Prefix }))
    newest = Contents?.at(-1)?.Key ?? newest;
  const collected = newest?.slice(Prefix.length).split('/').slice(0, 3).join('-');
  if (collected === undefined)
    throw new Error(`s3://${Bucket}/${Prefix} holds no labels: deliver them with \`npm run kit -- labels <days>\``);
  return addDays(collected, 1 - delayDays);
}
