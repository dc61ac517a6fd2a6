/** The lineage of a version: its record, joined with later releases and monitored windows. */
import { DescribeModelPackageCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { layout } from '../../lib/shared/names';
import { packageMetadata } from '../../lib/training/room';
import type { DeployedKit } from './deployed-kit';
import { past } from './executions';
import type { WindowOutcome } from './monitor';
import { keysOf, readObject, readUri } from './objects';
import { type RegisteredVersion, versionOf } from './releases';

/** A file at the time it was read: key and content hash. */
export interface HashedFile {
  key: string;
  bytes: number;
  sha256: string;
}

/** A curated partition with its run and raw files. */
export interface TracedPartition {
  partition: string;
  run: string;
  rows: number;
  features: HashedFile[];
  files: HashedFile[];
}

/** Content written by jobs/training/lineage.py; docs/contracts.md describes it. */
export interface LineageRecord {
  identity: string;
  data: {
    through: string;
    partitions: TracedPartition[];
    labels: HashedFile[];
    slices: Record<string, [string, string]>;
    rows: Record<string, number>;
    dataHash: string;
  };
  code: HashedFile;
  training: {
    job: string;
    image: string;
    instanceType: string;
    model: string;
    algorithm: string;
    hyperparameters: Record<string, number | string | boolean>;
    treatment: Record<string, number | string>;
    seeds: number;
  };
  metrics: Record<string, unknown>;
  decision: { promoted: boolean; reason: string };
}

export interface Lineage {
  version: RegisteredVersion;
  /** `s3://…/` of the evaluation's folder, which contains the record. */
  evaluation: string;
  record: LineageRecord;
  releases: { execution: string; startedAt: Date; outcome: string; reason: string }[];
  windows: Pick<WindowOutcome, 'window' | 'status' | 'confirmed' | 'records'>[];
}

/** Finds the record of a version and its later history. @throws Error naming the existing versions */
export async function lineageOf(kit: DeployedKit, version: number): Promise<Lineage> {
  const registered = await versionOf(kit, version);
  const { CustomerMetadataProperties = {} } = await new SageMakerClient(kit.aws).send(
    new DescribeModelPackageCommand({ ModelPackageName: registered.arn }),
  );
  const evaluation = CustomerMetadataProperties[packageMetadata.evaluation];
  if (evaluation === undefined) throw new Error(`version ${version} has no evaluation: it was not registered by Train`);
  const [record, releases, windows] = await Promise.all([
    recordIn(kit, evaluation),
    releasesOf(kit, registered.arn),
    windowsOf(kit, version),
  ]);
  return { version: registered, evaluation, record, releases, windows };
}

/** The record in the folder of an evaluation. */
export const recordIn = (kit: DeployedKit, evaluation: string): Promise<LineageRecord> =>
  readUri(kit, `${evaluation}${layout.files.evaluation.lineage}`);

async function releasesOf(kit: DeployedKit, arn: string): Promise<Lineage['releases']> {
  const found: Lineage['releases'] = [];
  for await (const { name, startDate, status, input, output, cause } of past(kit, 'release')) {
    if ((JSON.parse(input ?? '{}') as { modelPackageArn?: string }).modelPackageArn !== arn) continue;
    const { outcome = status, reason = cause ?? '' } = JSON.parse(output ?? '{}') as Record<string, string>;
    found.push({ execution: name!, startedAt: startDate!, outcome: outcome!, reason });
  }
  return found.reverse();
}

async function windowsOf(kit: DeployedKit, version: number): Promise<Lineage['windows']> {
  const bucket = kit.buckets.artifacts;
  const prefix = layout.artifacts.windows.split('{windowEnd}')[0]!.replace('{champion}', String(version));
  const keys = await keysOf(kit, bucket, prefix);
  const outcomes = keys.filter((key) => key.endsWith(`/${layout.files.window.outcome}`));
  return Promise.all(outcomes.map((key) => readObject<WindowOutcome>(kit, bucket, key)));
}

interface Branch {
  text: string;
  under?: Branch[];
}

/** The lineage as a text tree. */
export function told({ version, evaluation, record, releases, windows }: Lineage): string[] {
  const { data, code, training, decision } = record;
  const root: Branch = {
    text: `version ${version.version}, ${version.approval}: model ${record.identity}`,
    under: [
      {
        text: `rows before ${data.through}, hash ${data.dataHash}`,
        under: [
          ...Object.entries(data.slices).map(([name, [start, end]]) => ({
            text: `${name} ${start} to ${end}: ${data.rows[name]} labelled rows`,
          })),
          ...rawByPartition(data.partitions).map(({ partition, rows, run, features, files, seen }) => ({
            text: `${partition}: ${rows} rows, curated by ${run}${seen > 0 ? `, with ${seen} of the files above` : ''}`,
            under: [...features, ...files].map(hashed),
          })),
          { text: `labels: ${data.labels.length} files`, under: data.labels.map(hashed) },
        ],
      },
      { text: `code ${code.sha256}` },
      { text: `image ${training.image} on ${training.instanceType}` },
      {
        text: `${training.algorithm}: ${Object.entries(training.hyperparameters)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}`,
      },
      { text: `job ${training.job}` },
      { text: `gate: ${decision.promoted ? 'promoted' : 'held'}: ${decision.reason}` },
      { text: `page ${evaluation}${layout.files.evaluation.page}` },
      ...releases.map(({ startedAt, outcome, reason }) => ({
        text: `release ${startedAt.toISOString()}: ${outcome}: ${reason}`,
      })),
      ...windows.map(({ window, status, records }) => ({
        text: `window ${window.start} to ${window.end}: ${status}, ${records} records`,
      })),
    ],
  };
  return [root.text, ...branches(root.under)];
}

/** The partitions, each with its raw files that no earlier partition used, and the number of repeated ones: look-backs overlap. */
export function rawByPartition(partitions: readonly TracedPartition[]): (TracedPartition & { seen: number })[] {
  const told = new Set<string>();
  return partitions.map((partition) => {
    const files = partition.files.filter(({ key, sha256 }) => !told.has(`${sha256} ${key}`));
    for (const { key, sha256 } of files) told.add(`${sha256} ${key}`);
    return { ...partition, files, seen: partition.files.length - files.length };
  });
}

const hashed = ({ key, sha256 }: HashedFile): Branch => ({ text: `${sha256}  ${key}` });

function branches(list: Branch[] = [], indent = ''): string[] {
  return list.flatMap(({ text, under }, place) => {
    const last = place === list.length - 1;
    return [`${indent}${last ? '└─' : '├─'} ${text}`, ...branches(under, `${indent}${last ? '  ' : '│ '} `)];
  });
}
