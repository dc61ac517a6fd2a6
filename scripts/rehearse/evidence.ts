/** Copies what the run left in the emulated account into the run folder, before the stacks are deleted. */
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand, paginateListModelPackages, SageMakerClient } from '@aws-sdk/client-sagemaker';
import {
  DescribeExecutionCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { paginateScan, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../lib/rooms';
import { names } from '../../lib/shared/names';
import { kitStacks } from '../account/stacks';
import { discoverKit } from '../operate/deployed-kit';
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
  /** Names of the states entered, with their times. */
  states: { name: string; at: string }[];
}

/** One update of the endpoint: how many requests each fleet answered, and with how many errors, stage by stage. */
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
  /** JSON objects by `<bucket role>/<key>`. */
  objects: Record<string, unknown>;
  templates: { stack: string; sha256: string; resources: number }[];
  /** Policy of the scenario's role: its decisions in the audit can be replayed with it. */
  clientPolicy: unknown;
  /** Updates of the endpoint, from the engine's journal: no API tells which fleet answered a request. */
  deployments: (Deployment & { from: string; to: string })[];
  /** What was in the account after `down`; absent when it did not come so far. */
  sweep?: Sweep;
}

/** Keys worth keeping: the small JSON files that jobs wrote. */
const wanted = {
  curated: [/^quality\/.*\.json$/],
  artifacts: [/^evaluations\/.*\.json$/, /^windows\/.*\.json$/],
} as const;

export async function gather(root: Target, kit: string, runDir: string): Promise<Evidence> {
  const clients = {
    cloudformation: new CloudFormationClient(root),
    sfn: new SFNClient(root),
    s3: new S3Client({ ...root, forcePathStyle: true }),
    sagemaker: new SageMakerClient(root),
    dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient(root)),
  };
  const { buckets, machines, stateTable } = await discoverKit(kit, root);
  const evidence: Evidence = {
    machines: Object.fromEntries(
      await Promise.all(
        Object.entries(machines).map(async ([machine, arn]) => [machine, await executions(clients.sfn, arn)]),
      ),
    ) as Evidence['machines'],
    packages: await packages(clients.sagemaker, names.modelPackageGroup(kit)),
    state: await scan(clients.dynamodb, stateTable),
    objects: {
      ...(await objects(clients.s3, 'curated', buckets.curated)),
      ...(await objects(clients.s3, 'artifacts', buckets.artifacts)),
    },
    templates: await templates(clients.cloudformation, kit),
    clientPolicy: await clientPolicy(new IAMClient(root)),
    deployments: journal(join(runDir, 'deployments.jsonl')),
  };
  keep(runDir, evidence);
  return evidence;
}

export function keep(runDir: string, evidence: Evidence): void {
  writeFileSync(join(runDir, 'evidence.json'), JSON.stringify(evidence, null, 1));
}

async function templates(client: CloudFormationClient, kit: string): Promise<Evidence['templates']> {
  return Promise.all(
    (await kitStacks(client, kit)).map(async ({ name: stack }) => {
      const { TemplateBody = '' } = await client.send(
        new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
      );
      const { Resources } = JSON.parse(TemplateBody) as { Resources: Record<string, unknown> };
      return {
        stack,
        sha256: createHash('sha256').update(TemplateBody).digest('hex'),
        resources: Object.keys(Resources).length,
      };
    }),
  );
}

async function clientPolicy(client: IAMClient): Promise<unknown> {
  const { PolicyDocument = '' } = await client.send(
    new GetRolePolicyCommand({ RoleName: CLIENT_ROLE, PolicyName: CLIENT_POLICY }),
  );
  return JSON.parse(decodeURIComponent(PolicyDocument));
}

async function executions(client: SFNClient, stateMachineArn: string): Promise<ExecutionRecord[]> {
  const records: ExecutionRecord[] = [];
  for await (const page of paginateListExecutions({ client }, { stateMachineArn }))
    for (const { executionArn } of page.executions ?? []) {
      const e = await client.send(new DescribeExecutionCommand({ executionArn }));
      const states: ExecutionRecord['states'] = [];
      for await (const history of paginateGetExecutionHistory({ client }, { executionArn }))
        for (const event of history.events ?? [])
          if (event.stateEnteredEventDetails?.name !== undefined)
            states.push({ name: event.stateEnteredEventDetails.name, at: event.timestamp?.toISOString() ?? '' });
      records.push({
        name: e.name ?? '',
        status: e.status ?? 'UNKNOWN',
        startedAt: e.startDate?.toISOString() ?? '',
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

async function packages(client: SageMakerClient, group: string): Promise<Evidence['packages']> {
  const found: Evidence['packages'] = [];
  for await (const page of paginateListModelPackages({ client }, { ModelPackageGroupName: group }))
    for (const { ModelPackageArn } of page.ModelPackageSummaryList ?? []) {
      const p = await client.send(new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }));
      found.push({
        arn: ModelPackageArn ?? '',
        version: p.ModelPackageVersion ?? 0,
        approval: p.ModelApprovalStatus ?? '',
        reason: p.ApprovalDescription ?? '',
        metadata: p.CustomerMetadataProperties ?? {},
        createdAt: p.CreationTime?.toISOString() ?? '',
      });
    }
  return found.sort((a, b) => a.version - b.version);
}

async function scan(client: DynamoDBDocumentClient, TableName: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const page of paginateScan({ client }, { TableName })) items.push(...(page.Items ?? []));
  return items;
}

async function objects(client: S3Client, role: keyof typeof wanted, Bucket: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for await (const page of paginateListObjectsV2({ client }, { Bucket }))
    for (const { Key = '' } of page.Contents ?? [])
      if (wanted[role].some((pattern) => pattern.test(Key))) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        found[`${role}/${Key}`] = JSON.parse((await Body?.transformToString()) ?? 'null');
      }
  return found;
}

/** JSON lines of a file of the engine; none where it wrote none. */
function journal<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

function parse(text: string | undefined): Record<string, unknown> | null {
  return text === undefined || text === '' ? null : (JSON.parse(text) as Record<string, unknown>);
}
