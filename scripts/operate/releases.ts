import { paginateListModelPackages, SageMakerClient, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { NO_MODEL } from '../../lib/training/room';
import type { DeployedKit } from './deployed-kit';
import { afterNewest, appeared, finished, run } from './executions';
import type { Out } from '../shared/out';
import { names } from '../../lib/shared/names';

export interface Released {
  outcome: 'released' | 'skipped' | 'rejected' | 'expired';
  reason: string;
}

export interface RegisteredVersion {
  version: number;
  arn: string;
  approval: string;
}

/** Versions of the kit's model package group, newest first. */
export async function versions(kit: DeployedKit): Promise<RegisteredVersion[]> {
  const found: RegisteredVersion[] = [];
  const group = {
    ModelPackageGroupName: names.modelPackageGroup(kit.name),
    SortBy: 'CreationTime',
    SortOrder: 'Descending',
  } as const;
  for await (const page of paginateListModelPackages({ client: new SageMakerClient(kit.aws) }, group)) {
    for (const { ModelPackageVersion, ModelPackageArn, ModelApprovalStatus } of page.ModelPackageSummaryList ?? [])
      found.push({ version: ModelPackageVersion!, arn: ModelPackageArn!, approval: ModelApprovalStatus! });
  }
  return found;
}

/** Approves a version and waits for the release that the approval starts. */
export async function approve(kit: DeployedKit, { version }: { version: number }, out: Out): Promise<Released> {
  const { arn, approval } = await versionOf(kit, version);
  if (approval === 'Approved')
    throw new Error(`version ${version} is approved already; release it with \`npm run kit -- release ${version}\``);
  const since = await afterNewest(kit, 'release');
  await decide(kit, arn, 'Approved', 'approved by an operator');
  out.line(`version ${version} is approved`);
  return releaseOf(kit, arn, since, out);
}

export async function reject(
  kit: DeployedKit,
  { version, reason }: { version: number; reason: string },
  out: Out,
): Promise<void> {
  await decide(kit, (await versionOf(kit, version)).arn, 'Rejected', reason);
  out.line(`version ${version} is rejected: ${reason}`);
}

/** Releases an approved version; `older` permits an earlier version than the current one. */
export async function release(
  kit: DeployedKit,
  { version, older = false }: { version: number; older?: boolean },
  out: Out,
): Promise<Released> {
  const { arn } = await versionOf(kit, version);
  const { output } = await run(kit, 'release', { modelPackageArn: arn, force: older }, out);
  return told(arn, output as Released, out);
}

/** Removes the endpoint, which ends its cost; the version stays in the registry. */
export async function expire(kit: DeployedKit, out: Out): Promise<Released> {
  const { output } = await run(kit, 'release', { modelPackageArn: NO_MODEL }, out);
  const { outcome, reason } = output as Released;
  out.line(`${outcome}: ${reason}`);
  return { outcome, reason };
}

/** Waits for the release that a package's approval started, no earlier than `since`. */
export async function releaseOf(kit: DeployedKit, arn: string, since: Date, out: Out): Promise<Released> {
  const execution = await appeared(
    kit,
    'release',
    since,
    (input) => input.modelPackageArn === arn,
    `${arn} was approved`,
  );
  return told(arn, (await finished(kit, 'release', execution, out)).output as Released, out);
}

function told(arn: string, { outcome, reason }: Released, out: Out): Released {
  out.line(`version ${arn.split('/').at(-1)} is ${outcome}: ${reason}`);
  return { outcome, reason };
}

/** @throws Error naming the existing versions */
export async function versionOf(kit: DeployedKit, version: number): Promise<RegisteredVersion> {
  const all = await versions(kit);
  const found = all.find((each) => each.version === version);
  if (found === undefined)
    throw new Error(
      `version ${version} is not in ${names.modelPackageGroup(kit.name)}, which has ${all.map((each) => each.version).join(', ') || 'no versions yet'}`,
    );
  return found;
}

async function decide(
  kit: DeployedKit,
  ModelPackageArn: string,
  ModelApprovalStatus: 'Approved' | 'Rejected',
  ApprovalDescription: string,
): Promise<void> {
  await new SageMakerClient(kit.aws).send(
    new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus, ApprovalDescription }),
  );
}
