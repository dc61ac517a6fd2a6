/** Objects that land in the raw bucket: the files of a partition with their manifest, and the ground truth of a day. */
import { createHash } from 'node:crypto';
import type { Label, Table } from '../../datasets/data-source';
import type { Dataset } from '../../lib/shared/dataset-file';
import { labelsOf, placeOf } from '../../lib/shared/dataset';
import { fill, layout } from '../../lib/shared/names';

/** The announcement of landed partitions to Prepare; docs/contracts.md describes it. */
export interface Manifest {
  partitions: string[];
  source: 'files' | 'stream';
  files: ManifestFile[];
}

export interface ManifestFile {
  partition: string;
  table: string;
  key: string;
  bytes: number;
  rows: number;
  /** Hexadecimal. */
  sha256: string;
}

/** The files of a partition, each with its manifest entry. */
export function partitionFiles(
  dataset: Pick<Dataset, 'partition'>,
  partition: string,
  tables: ReadonlyMap<string, Table>,
): { entry: ManifestFile; body: Buffer }[] {
  return [...tables].map(([table, { header, rows }]) => {
    const body = Buffer.from(`${[header, ...rows].join('\n')}\n`);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const key = fill(layout.raw.tables, { table, ...placeOf(dataset, partition) });
    return { entry: { partition, table, key, bytes: body.length, rows: rows.length, sha256 }, body };
  });
}

/** One line of ground truth in SageMaker's form. */
export function groundTruthLine(dataset: Dataset, { id, values }: Label): string {
  const types = labelsOf(dataset).map(({ type }) => type);
  const data = values.map((value, place) =>
    types[place] === 'double' && Number.isInteger(value) ? value.toFixed(1) : String(value),
  );
  return JSON.stringify({
    groundTruthData: { data: data.join(','), encoding: 'CSV' },
    eventMetadata: { eventId: id },
    eventVersion: '0',
  });
}

/** The key of the labels collected on a day. */
export function groundTruthKey(collectionDay: string): string {
  const [yyyy, mm, dd] = collectionDay.split('-') as [string, string, string];
  return fill(layout.raw.groundTruth, { yyyy, mm, dd });
}
