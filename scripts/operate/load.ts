import { PutObjectCommand } from '@aws-sdk/client-s3';
import { fill, layout } from '../../lib/shared/names';
import type { DataSource } from '../../datasets/data-source';
import { addDays, type DayRange } from '../../lib/shared/days';
import { daysOf } from './days';
import type { DeployedKit } from './deployed-kit';
import { afterNewest, appeared, finished } from './executions';
import { groundTruthKey, groundTruthLine, type Manifest, partitionFiles } from './landing';
import type { Out } from '../shared/out';

/**
 * Lands the raw tables of the partitions and one manifest, and waits until Prepare has curated them in one run. Daily partitions without
 * events are skipped.
 * @throws Error when there are no events, or naming each partition that Prepare refused
 */
export async function load(
  kit: DeployedKit,
  options: { source: DataSource; partitions: Iterable<string> },
  out: Out,
): Promise<void> {
  for (const remark of options.source.remarks) out.line(remark);
  const asked = [...options.partitions];
  const held = asked.filter((partition) => options.source.holds(partition));
  // A day may have no events, a month without events is a mistake.
  const partitions = kit.dataset.partition === 'day' && held.length > 0 ? held : asked;
  const manifest: Manifest = { partitions, source: 'files', files: [] };
  for (const partition of manifest.partitions)
    for (const { entry, body } of partitionFiles(kit.dataset, partition, options.source.tables(partition))) {
      out.progress(`${partition}: ${entry.table}, ${entry.rows} rows`);
      await put(kit, entry.key, body, 'text/csv');
      manifest.files.push(entry);
    }
  const [first, last] = [manifest.partitions[0]!, manifest.partitions.at(-1)!];
  const range = first === last ? first : `${first}-to-${last}`;
  const manifestKey = fill(layout.raw.manifests, { partitions: range });
  const since = await afterNewest(kit, 'prepare');
  // The manifest comes last, because its arrival starts Prepare.
  await put(kit, manifestKey, JSON.stringify(manifest), 'application/json');
  const landed = `s3://${kit.buckets.raw}/${manifestKey} landed`;
  const execution = await appeared(kit, 'prepare', since, (input) => input.manifestKey === manifestKey, landed);
  const { output } = await finished(kit, 'prepare', execution, out);
  for (const { partition, rows, prepareAgain } of (output as { partitions: Prepared[] }).partitions) {
    out.line(
      `${partition}: ${rows.in} events landed, ${rows.curated} curated, ${rows.setAside} set aside, ${rows.quarantined} quarantined`,
    );
    for (const later of prepareAgain)
      out.line(`${later} was prepared earlier and reads ${partition} as its past: load it again`);
  }
}

/** A partition in the output of Prepare. */
interface Prepared {
  partition: string;
  rows: Record<'in' | 'curated' | 'setAside' | 'quarantined', number>;
  /** Later partitions that were curated from an older version of their past. */
  prepareAgain: string[];
}

interface LabelOptions {
  source: DataSource;
  /** Days of collection. */
  collected: DayRange;
  /** Days between an event and its label. @default the deployed value */
  delayDays?: number;
}

/** Delivers the ground truth of each day of collection: labels of events `delayDays` earlier. */
export async function labels(
  kit: DeployedKit,
  { source, collected, delayDays = kit.settings.delayDays }: LabelOptions,
  out: Out,
): Promise<{ files: number; labels: number }> {
  const total = { files: 0, labels: 0 };
  for (const day of daysOf(collected)) {
    const { labels: found, refused } = source.labels(addDays(day, -delayDays));
    // A wrong rule fails for every row, so only the first failure is printed.
    const others = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
    if (refused.length > 0) out.line(`${day}: no label: ${refused[0]}${others}`);
    if (found.length === 0) continue;
    out.progress(`${day}: ${found.length} labels`);
    const body = found.map((label) => `${groundTruthLine(kit.dataset, label)}\n`).join('');
    await put(kit, groundTruthKey(day), body, 'application/jsonl');
    total.files += 1;
    total.labels += found.length;
  }
  out.line(
    `${total.labels} labels in ${total.files} files, collected ${collected.start} to ${addDays(collected.end, -1)}`,
  );
  return total;
}

async function put(kit: DeployedKit, Key: string, Body: string | Buffer, ContentType: string): Promise<void> {
  await kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.raw, Key, Body, ContentType }));
}
