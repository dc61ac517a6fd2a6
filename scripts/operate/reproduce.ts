/** Repeats a training from its record: the same rows, code, image and parameters must give the same model. */
import { createHash } from 'node:crypto';
import { placeOf } from '../../lib/shared/dataset';
import { fill, layout } from '../../lib/shared/names';
import { Refused } from '../../lib/shared/refused';
import { REPRODUCTION } from '../../lib/training/room';
import type { Out } from '../shared/out';
import type { DeployedKit } from './deployed-kit';
import { run } from './executions';
import { type HashedFile, lineageOf, type LineageRecord, recordIn, type TracedPartition } from './lineage';
import { bodyOf, readObject } from './objects';

/**
 * Trains a version again without registering it, and compares.
 * @throws Refused when its data is no longer there @throws Error naming the cause of a different model
 */
export async function reproduce(
  kit: DeployedKit,
  { version }: { version: number },
  out: Out,
): Promise<{ identity: string }> {
  const { record } = await lineageOf(kit, version);
  const { through, partitions, labels } = record.data;
  const gone = (
    await Promise.all([...partitions.map((each) => changed(kit, each)), ...labels.map((each) => replaced(kit, each))])
  ).flat();
  if (gone.length > 0)
    throw new Refused(
      `version ${version} cannot be trained again from what is there: ${gone.slice(0, 3).join('; ')}${gone.length > 3 ? ` (and ${gone.length - 3} more)` : ''}. Restore the earlier versions of the files and load their partitions again`,
    );
  const { algorithm, hyperparameters, treatment } = record.training;
  const made = { algorithm, hyperparameters, ...treatment };
  const input = { mode: 'train', dataThrough: through, ...made, episode: null, attempt: 1 };
  const { output } = await run(kit, 'train', { ...input, trigger: REPRODUCTION }, out);
  const { outcome, reason, evaluationUri } = output as { outcome: string; reason: string; evaluationUri?: string };
  if (evaluationUri === undefined) throw new Error(`the training ended ${outcome}: ${reason}`);
  const again = await recordIn(kit, evaluationUri);
  if (again.identity === record.identity) {
    out.line(`version ${version} was trained again: the same model, ${again.identity}`);
    return { identity: again.identity };
  }
  const others = differences(record, again);
  throw new Error(
    `version ${version} is model ${record.identity}, and was trained again as ${again.identity}: ${others.join('; ') || 'everything that the record holds is the same, so the number of threads or the content of the image must be another'}`,
  );
}

/** Whether a partition still consists of the files in the record. */
async function changed(kit: DeployedKit, { partition, files }: TracedPartition): Promise<string[]> {
  const report = fill(layout.curated.quality, placeOf(kit.dataset, partition));
  const now = await readObject<{ run: string; files: HashedFile[] }>(kit, kit.buckets.curated, report);
  const hash = new Map(now.files.map(({ key, sha256 }) => [key, sha256]));
  return files
    .filter(({ key, sha256 }) => hash.get(key) !== sha256)
    .map(({ key }) => `${partition} was curated again by ${now.run} from a changed ${key}`);
}

async function replaced(kit: DeployedKit, { key, sha256 }: HashedFile): Promise<string[]> {
  const content = await (await bodyOf(kit, kit.buckets.raw, key)).transformToByteArray();
  const now = createHash('sha256').update(content).digest('hex');
  return now === sha256 ? [] : [`${key} was delivered again with other labels`];
}

/** Differences of two records that affect the model. */
function differences(one: LineageRecord, other: LineageRecord): string[] {
  const compared: [string, (of: LineageRecord) => unknown][] = [
    ['the slices', ({ data }) => data.slices],
    ['the rows or their labels (including later labels)', ({ data }) => data.dataHash],
    ['the code', ({ code }) => code.sha256],
    ['the image', ({ training }) => training.image],
    ['the instance type', ({ training }) => training.instanceType],
    ['the number of seeds', ({ training }) => training.seeds],
    ['the parameters', ({ training }) => [training.algorithm, training.hyperparameters, training.treatment]],
  ];
  return compared
    .map(([what, of]) => [what, JSON.stringify(of(one)), JSON.stringify(of(other))] as const)
    .filter(([, a, b]) => a !== b)
    .map(([what, a, b]) => `${what}: ${a}, now ${b}`);
}
