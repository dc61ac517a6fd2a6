/** Rows of the deployed Glue job in the form of requests. */
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { placeOf } from '../../lib/shared/dataset';
import { fill, layout } from '../../lib/shared/names';
import type { DeployedKit } from './deployed-kit';

export type Row = Record<string, string | number | null>;

/**
 * Rows of a curated partition, in stored order.
 * @param mayLack whether the partition may have none
 * @throws Error when it has not been curated
 */
export async function featuresOf(kit: DeployedKit, partition: string, mayLack = false): Promise<Row[]> {
  const Bucket = kit.buckets.curated;
  const Prefix = fill(layout.curated.features, placeOf(kit.dataset, partition));
  const columns = kit.dataset.features.columns.map(({ name }) => name);
  const rows: Row[] = [];
  for await (const { Contents } of paginateListObjectsV2({ client: kit.s3 }, { Bucket, Prefix })) {
    for (const { Key } of Contents ?? []) {
      if (!Key!.endsWith('.parquet')) continue;
      const { Body } = await kit.s3.send(new GetObjectCommand({ Bucket, Key }));
      rows.push(...(await readParquet(await Body!.transformToByteArray(), columns)));
    }
  }
  if (rows.length === 0 && !mayLack)
    throw new Error(`s3://${Bucket}/${Prefix} holds no features: load them with \`npm run kit -- load ${partition}\``);
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
