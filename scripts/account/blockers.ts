/** Empties resources that CloudFormation cannot delete because they contain objects that the stack did not create. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { unlessAbsent } from '../../lib/shared/absent';
import type { DeclaredStack } from '../../lib/rooms';
import type { Aws } from '../operate/deployed-kit';
import { pause } from '../operate/pace';
import { call, listAll } from '../shared/sdk';
import type { Json } from '../shared/templates';
import type { StackResource } from './stacks';
import { stackOwns } from './sweep/owner';

/** How to empty a resource, by type. The stacks' custom resources do so first, but a late writer may come after them. */
const empty: Record<string, (aws: Aws, physicalId: string) => Promise<number>> = {
  'AWS::S3::Bucket': emptyBucket,
  'AWS::SageMaker::ModelPackageGroup': deleteVersions,
};

/** Empties resources that failed to be deleted. @returns one sentence for each that was emptied */
export async function unblock(aws: Aws, failed: readonly StackResource[]): Promise<string[]> {
  const done: string[] = [];
  for (const { type, physicalId } of failed) {
    // A resource that is gone meanwhile blocks nothing.
    const count = await unlessAbsent(empty[type]?.(aws, physicalId) ?? Promise.resolve(0));
    if (count !== undefined && count > 0) done.push(`emptied ${physicalId}: ${count} left in it`);
  }
  return done;
}

async function emptyBucket(aws: Aws, Bucket: string): Promise<number> {
  const s3 = { ...aws, forcePathStyle: (aws.endpoint ?? process.env.AWS_ENDPOINT_URL) !== undefined };
  let count = 0;
  for (;;) {
    // Each page is deleted, so the first page is always the next one.
    const { Versions = [], DeleteMarkers = [] } = await call(s3, 's3:ListObjectVersions', { Bucket });
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }: Json) => ({ Key, VersionId }));
    if (Objects.length === 0) break;
    const { Errors = [] } = await call(s3, 's3:DeleteObjects', { Bucket, Delete: { Objects, Quiet: true } });
    if (Errors.length > 0) throw new Error(`${Bucket}/${Errors[0].Key} cannot be deleted: ${Errors[0].Message}`);
    count += Objects.length;
  }
  return count;
}

async function deleteVersions(aws: Aws, arnOrName: string): Promise<number> {
  const group = { ModelPackageGroupName: arnOrName.split('/').at(-1) };
  const versions = await listAll(aws, 'sagemaker:ListModelPackages', group, ['ModelPackageSummaryList']);
  for (const { ModelPackageArn: ModelPackageName } of versions)
    await unlessAbsent(call(aws, 'sagemaker:DeleteModelPackage', { ModelPackageName }));
  return versions.length;
}

/** Lambda delivers a function's logs within seconds of its end. */
const LATE_LOGS_MS = 15_000;

/**
 * Deletes log groups that no stack owns: those that Lambda created for functions without a declared group, and those that a function
 * created again, without retention, while its stack was deleted.
 */
export async function deleteFunctionLogs(aws: Aws, kit: string, of?: readonly DeclaredStack[]): Promise<string[]> {
  await pause(new CloudWatchLogsClient(aws), LATE_LOGS_MS);
  const deleted: string[] = [];
  for (const prefix of ['/aws/lambda/', '']) {
    const named = { logGroupNamePrefix: `${prefix}${kit}-` };
    for (const { logGroupName } of await listAll(aws, 'cloudwatch-logs:DescribeLogGroups', named, ['logGroups']))
      if (stackOwns(kit, logGroupName.slice(prefix.length), of)) deleted.push(logGroupName);
  }
  for (const logGroupName of deleted) await unlessAbsent(call(aws, 'cloudwatch-logs:DeleteLogGroup', { logGroupName }));
  return deleted;
}
