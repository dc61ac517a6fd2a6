/** Rows of the deployed Glue job in the form of requests. */
import { placeOf } from '../../lib/shared/dataset';
import { fill, layout } from '../../lib/shared/names';
import type { DeployedKit } from './deployed-kit';
import { bodyOf, keysOf } from './objects';

export type Row = Record<string, string | number | null>;

/**
 * Rows of a curated partition, in stored order.
 * @param mayLack whether the partition may have none
 * @throws Error when it has not been curated
 */
export async function featuresOf(kit: DeployedKit, partition: string, mayLack = false): Promise<Row[]> {
  const bucket = kit.buckets.curated;
  const prefix = fill(layout.curated.features, placeOf(kit.dataset, partition));
  const columns = kit.dataset.features.columns.map(({ name }) => name);
  const rows: Row[] = [];
  for (const key of await keysOf(kit, bucket, prefix)) {
    if (!key.endsWith('.parquet')) continue;
    const content = await bodyOf(kit, bucket, key);
    rows.push(...(await readParquet(await content.transformToByteArray(), columns)));
  }
  if (rows.length === 0 && !mayLack)
    throw new Error(`s3://${bucket}/${prefix} holds no features: load them with \`npm run kit -- load ${partition}\``);
  return rows;
}

export async function readParquet(bytes: Uint8Array, columns: string[]): Promise<Row[]> {
  // The package is an ES module only; this package is CommonJS.
  const { parquetReadObjects } = await import('hyparquet');
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file, columns });
  return rows.map((row) => Object.fromEntries(columns.map((name) => [name, jsonValue(row[name])])));
}

function jsonValue(value: unknown): string | number | null {
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, 'Z');
  if (typeof value === 'bigint') return Number(value);
  return (value ?? null) as string | number | null;
}
