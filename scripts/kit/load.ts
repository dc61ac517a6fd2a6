import { PutObjectCommand } from '@aws-sdk/client-s3';
import { fill, layout } from '../../lib/shared/names';
import { groundTruthFile } from '../data/labels';
import type { FlightsSource } from '../data/source';
import { monthFiles } from '../data/tables';
import { addDays, type DayRange, daysOf } from './days';
import type { DeployedKit } from './deployed-kit';
import { afterNewest, appeared, finished } from './executions';
import type { Out } from './out';

/**
 * Lands the raw tables of each month, in order, and waits until Prepare has curated it.
 * @throws Error when a month has no data or Prepare fails
 */
export async function load(
  kit: DeployedKit,
  options: { source: FlightsSource; months: Iterable<string> },
  out: Out,
): Promise<void> {
  for (const month of options.months) {
    const { manifest, bodies } = monthFiles(month, options.source.month(month));
    for (const { table, key, rows } of manifest.files) {
      out.progress(`${month}: ${table}, ${rows} rows`);
      await put(kit, key, bodies.get(key)!, 'text/csv');
    }
    // Last, because its arrival starts Prepare.
    const manifestKey = fill(layout.raw.manifests, { month });
    const since = await afterNewest(kit, 'prepare');
    await put(kit, manifestKey, JSON.stringify(manifest), 'application/json');
    const landed = `s3://${kit.buckets.raw}/${manifestKey} landed`;
    const execution = await appeared(kit, 'prepare', since, (input) => input.manifestKey === manifestKey, landed);
    await finished(kit, 'prepare', execution, out);
    const flights = manifest.files.find(({ table }) => table === 'flights')?.rows ?? 0;
    out.line(`${month}: ${flights} flights landed and curated`);
  }
}

/** Delivers the ground truth of each day of collection in the range: the labels of the flights that left `delayDays` before. */
export async function labels(
  kit: DeployedKit,
  options: { source: FlightsSource; collected: DayRange; delayDays: number },
  out: Out,
): Promise<{ files: number; labels: number }> {
  const total = { files: 0, labels: 0 };
  for (const day of daysOf(options.collected)) {
    const {
      key,
      body,
      labels: count,
    } = groundTruthFile(day, options.source.flightsOn(addDays(day, -options.delayDays)));
    if (count === 0) continue;
    out.progress(`${day}: ${count} labels`);
    await put(kit, key, body, 'application/jsonl');
    total.files += 1;
    total.labels += count;
  }
  out.line(
    `${total.labels} labels in ${total.files} files, collected ${options.collected.start} to ${addDays(options.collected.end, -1)}`,
  );
  return total;
}

async function put(kit: DeployedKit, Key: string, Body: string | Buffer, ContentType: string): Promise<void> {
  await kit.s3.send(new PutObjectCommand({ Bucket: kit.buckets.raw, Key, Body, ContentType }));
}
