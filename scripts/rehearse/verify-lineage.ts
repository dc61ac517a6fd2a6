/** Verifies lineage records with hashes of the objects in the run's buckets. */
import { layout } from '../../lib/shared/names';
import type { HashedFile, LineageRecord, TracedPartition } from '../operate/lineage';
import type { Evidence } from './evidence';
import { written } from './verify';

type Traced = Pick<Evidence, 'objects' | 'hashes'>;

/**
 * Every file of a record existed in its bucket with that content, and every partition consists of the files in its own report.
 * @returns one sentence for each violation
 */
export function lineageFaults(evidence: Traced): string[] {
  const faults = records(evidence).flatMap((record) =>
    named(record).flatMap(([role, { key, sha256 }]) => {
      const versions = evidence.hashes[`${role}/${key}`] ?? [];
      if (versions.includes(sha256)) return [];
      return [
        `model ${record.identity} was made of ${key} with the hash ${sha256}; the bucket ${role} ${versions.length === 0 ? 'has no such file' : `had it as ${versions.join(', ')}`}`,
      ];
    }),
  );
  const others = records(evidence).flatMap((record) =>
    record.data.partitions.flatMap((partition) => {
      const report = reportOf(evidence, partition);
      if (report === undefined) return [`partition ${partition.partition} of model ${record.identity} has no report`];
      if (report.run !== partition.run || JSON.stringify(report.files) === JSON.stringify(partition.files)) return [];
      return [`in run ${report.run}, ${partition.partition} consists of other files than in model ${record.identity}`];
    }),
  );
  return [...new Set([...faults, ...others])];
}

/** Files that were replaced after a model was trained on them: permitted, but reported. */
export function replacedSince(evidence: Traced): string[] {
  const replaced = records(evidence).flatMap((record) =>
    named(record)
      .filter(([role, { key, sha256 }]) => (evidence.hashes[`${role}/${key}`] ?? []).indexOf(sha256) > 0)
      .map(([, { key }]) => `${key} was replaced since model ${record.identity} was made of it`),
  );
  return [...new Set(replaced)];
}

const records = (evidence: Traced) =>
  written<LineageRecord>(evidence, 'artifacts/evaluations/', layout.files.evaluation.lineage);

function named({ data }: LineageRecord): (readonly ['raw' | 'curated', HashedFile])[] {
  return [
    ...data.partitions.flatMap(({ files }) => files.map((file) => ['raw', file] as const)),
    ...data.labels.map((file) => ['raw', file] as const),
    ...data.partitions.flatMap(({ features }) => features.map((file) => ['curated', file] as const)),
  ];
}

function reportOf({ objects }: Traced, { partition }: TracedPartition) {
  const [, report] = Object.entries(objects).find(([key]) => key.endsWith(`=${partition}/report.json`)) ?? [];
  return report as Pick<TracedPartition, 'run' | 'files'> | undefined;
}
