/** Copies the run's results from the emulated account into the run folder, before the stacks are deleted. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../lib/rooms';
import { folder, layout, names } from '../../lib/shared/names';
import { kitStacks } from '../account/stacks';
import { discoverKit } from '../operate/deployed-kit';
import { readJsonLines } from '../shared/json-file';
import { call, listAll } from '../shared/sdk';
import { CLIENT_POLICY, CLIENT_ROLE } from './client-role';
import type { Sweep } from '../account/sweep';
import type { Target } from './engine';

export interface ExecutionRecord {
  name: string;
  status: string;
  startedAt: string;
  stoppedAt: string | null;
  input: Record<string, unknown>;
  output: Record<string, unknown> | null;
  error: string | null;
  cause: string | null;
  /** Names of the entered states, with times. */
  states: { name: string; at: string }[];
}

/** One update of the endpoint: the number of requests and errors of each fleet, stage by stage. */
export interface Deployment {
  time: string;
  endpoint: string;
  outcome: 'completed' | 'rolled back';
  reason?: string;
  stages: { instances: number; of: number; seconds: number; blue: Answered; green: Answered }[];
}
interface Answered {
  requests: number;
  errors: number;
}
export interface Evidence {
  machines: Record<Machine, ExecutionRecord[]>;
  packages: {
    arn: string;
    version: number;
    approval: string;
    reason: string;
    metadata: Record<string, string>;
    createdAt: string;
  }[];
  state: Record<string, unknown>[];
  objects: Record<string, unknown>;
  /** SHA-256 of every version of a model's inputs, newest first, by `<bucket role>/<key>`. */
  hashes: Record<string, string[]>;
  templates: { stack: string; sha256: string; resources: number }[];
  /** Policy of the scenario's role, with which its decisions in the audit can be replayed. */
  clientPolicy: unknown;
  /** Updates of the endpoint, from the engine's journal: AWS has no API for the fleet that answered a request. */
  deployments: (Deployment & { from: string; to: string })[];
  /** Resources in the account after `down`; absent when the run ended earlier. */
  sweep?: Sweep;
}

/** Keys to keep: the small JSON files of jobs. */
const wanted = {
  curated: [/^quality\/.*\.json$/],
  artifacts: [/^evaluations\/.*\.json$/, /^windows\/.*\.json$/],
} as const;

export async function gather(root: Target, kit: string, runDir: string): Promise<Evidence> {
  const { buckets, machines, stateTable } = await discoverKit(kit, root);
  const journal = join(runDir, 'deployments.jsonl');
  const { PolicyDocument } = await call(root, 'iam:GetRolePolicy', {
    RoleName: CLIENT_ROLE,
    PolicyName: CLIENT_POLICY,
  });
  const evidence: Evidence = {
    machines: Object.fromEntries(
      await Promise.all(Object.entries(machines).map(async ([machine, arn]) => [machine, await executions(root, arn)])),
    ) as Evidence['machines'],
    packages: await packages(root, names.modelPackageGroup(kit)),
    state: await scan(root, stateTable),
    objects: {
      ...(await objects(root, 'curated', buckets.curated)),
      ...(await objects(root, 'artifacts', buckets.artifacts)),
    },
    hashes: {
      ...(await hashes(root, 'raw', buckets.raw, layout.raw.tables, layout.raw.groundTruth)),
      ...(await hashes(root, 'curated', buckets.curated, layout.curated.features)),
    },
    templates: await templates(root, kit),
    clientPolicy: JSON.parse(decodeURIComponent(PolicyDocument as string)) as unknown,
    // The engine writes it with the first update.
    deployments: existsSync(journal) ? readJsonLines(journal) : [],
  };
  keep(runDir, evidence);
  return evidence;
}

export function keep(runDir: string, evidence: Evidence): void {
  writeFileSync(join(runDir, 'evidence.json'), JSON.stringify(evidence, null, 1));
}

async function templates(root: Target, kit: string): Promise<Evidence['templates']> {
  return Promise.all(
    (await kitStacks(new CloudFormationClient(root), kit)).map(async ({ name: stack }) => {
      const input = { StackName: stack, TemplateStage: 'Original' };
      const body = (await call(root, 'cloudformation:GetTemplate', input)).TemplateBody as string;
      const { Resources } = JSON.parse(body) as { Resources: Record<string, unknown> };
      const sha256 = createHash('sha256').update(body).digest('hex');
      return { stack, sha256, resources: Object.keys(Resources).length };
    }),
  );
}

async function executions(root: Target, stateMachineArn: string): Promise<ExecutionRecord[]> {
  const records: ExecutionRecord[] = [];
  for (const { executionArn } of await listAll(root, 'sfn:ListExecutions', { stateMachineArn }, ['executions'])) {
    const e = await call(root, 'sfn:DescribeExecution', { executionArn });
    const states: ExecutionRecord['states'] = [];
    for (const event of await listAll(root, 'sfn:GetExecutionHistory', { executionArn }, ['events']))
      if (event.stateEnteredEventDetails !== undefined)
        states.push({ name: event.stateEnteredEventDetails.name, at: event.timestamp.toISOString() });
    records.push({
      name: e.name,
      status: e.status,
      startedAt: e.startDate.toISOString(),
      stoppedAt: e.stopDate?.toISOString() ?? null,
      input: parse(e.input) ?? {},
      output: parse(e.output),
      error: e.error ?? null,
      cause: e.cause ?? null,
      states,
    });
  }
  return records.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

async function packages(root: Target, ModelPackageGroupName: string): Promise<Evidence['packages']> {
  const found: Evidence['packages'] = [];
  const group = { ModelPackageGroupName };
  for (const { ModelPackageArn: arn } of await listAll(root, 'sagemaker:ListModelPackages', group, [
    'ModelPackageSummaryList',
  ])) {
    const p = await call(root, 'sagemaker:DescribeModelPackage', { ModelPackageName: arn });
    found.push({
      arn,
      version: p.ModelPackageVersion,
      approval: p.ModelApprovalStatus,
      reason: p.ApprovalDescription ?? '',
      metadata: p.CustomerMetadataProperties ?? {},
      createdAt: p.CreationTime.toISOString(),
    });
  }
  return found.sort((a, b) => a.version - b.version);
}

async function scan(root: Target, TableName: string): Promise<Record<string, unknown>[]> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(root));
  const items: Record<string, unknown>[] = [];
  for await (const page of paginateScan({ client }, { TableName })) items.push(...(page.Items ?? []));
  return items;
}

async function objects(root: Target, role: keyof typeof wanted, Bucket: string): Promise<Record<string, unknown>> {
  const local = { ...root, forcePathStyle: true };
  const found: Record<string, unknown> = {};
  for (const { Key } of await listAll(local, 's3:ListObjectsV2', { Bucket }, ['Contents']))
    if (wanted[role].some((pattern) => pattern.test(Key as string))) {
      const { Body } = await call(local, 's3:GetObject', { Bucket, Key });
      found[`${role}/${Key}`] = JSON.parse((await Body.transformToString()) as string);
    }
  return found;
}

async function hashes(root: Target, role: string, Bucket: string, ...templates: string[]): Promise<Evidence['hashes']> {
  const local = { ...root, forcePathStyle: true };
  const found: Evidence['hashes'] = {};
  for (const template of templates)
    for (let more: object | undefined = {}; more !== undefined;) {
      const page = await call(local, 's3:ListObjectVersions', { Bucket, Prefix: folder(template), ...more });
      for (const { Key, VersionId } of page.Versions ?? []) {
        const { Body } = await call(local, 's3:GetObject', { Bucket, Key, VersionId });
        const sha256 = createHash('sha256').update((await Body.transformToByteArray()) as Uint8Array);
        (found[`${role}/${Key}`] ??= []).push(sha256.digest('hex'));
      }
      // The SDK has no paginator for it.
      more = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
  return found;
}

function parse(text: string | undefined): Record<string, unknown> | null {
  return text === undefined || text === '' ? null : (JSON.parse(text) as Record<string, unknown>);
}
