/** What CloudFormation does not delete because something is in it that is not the stack's own. */
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteModelPackageCommand, paginateListModelPackages, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { RoomStack } from '../../lib/rooms';
import type { Aws } from '../operate/deployed-kit';
import { pause } from '../operate/pace';
import type { StackResource } from './stacks';
import { stackOwns } from './sweep/owner';

/** How to empty a resource by its type. The custom resources of the stacks do the same first; they end before a late writer does. */
const empty: Record<string, (aws: Aws, physicalId: string) => Promise<number>> = {
  'AWS::S3::Bucket': emptyBucket,
  'AWS::SageMaker::ModelPackageGroup': deleteVersions,
};

/** Empties what failed to be deleted and can be emptied. @returns one sentence for each that was */
export async function unblock(aws: Aws, failed: readonly StackResource[]): Promise<string[]> {
  const done: string[] = [];
  for (const { type, physicalId } of failed) {
    const count = await empty[type]?.(aws, physicalId);
    if (count !== undefined && count > 0) done.push(`emptied ${physicalId}: ${count} left in it`);
  }
  return done;
}

async function emptyBucket(aws: Aws, Bucket: string): Promise<number> {
  const client = new S3Client({ ...aws, forcePathStyle: (aws.endpoint ?? process.env.AWS_ENDPOINT_URL) !== undefined });
  let count = 0;
  for (;;) {
    // What was listed is gone afterwards, so the first page is always the next one.
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key: Key!, VersionId }));
    if (Objects.length === 0) break;
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors.length > 0) throw new Error(`${Bucket}/${Errors[0]!.Key} cannot be deleted: ${Errors[0]!.Message}`);
    count += Objects.length;
  }
  return count;
}

async function deleteVersions(aws: Aws, arnOrName: string): Promise<number> {
  const client = new SageMakerClient(aws);
  const versions: string[] = [];
  const ModelPackageGroupName = arnOrName.split('/').at(-1)!;
  for await (const page of paginateListModelPackages({ client }, { ModelPackageGroupName }))
    for (const { ModelPackageArn } of page.ModelPackageSummaryList ?? []) versions.push(ModelPackageArn!);
  for (const ModelPackageName of versions) await client.send(new DeleteModelPackageCommand({ ModelPackageName }));
  return versions.length;
}

/** Lambda hands over what a function wrote within seconds of its end. */
const LATE_LOGS_MS = 15_000;

/**
 * Log groups that nobody owns once the stacks are gone: those that Lambda made for functions without one of their own, and those that came
 * back, without retention, because a function worked while its stack was deleted and its role may create groups.
 */
export async function deleteFunctionLogs(aws: Aws, kit: string, of?: readonly RoomStack[]): Promise<string[]> {
  const client = new CloudWatchLogsClient(aws);
  await pause(client, LATE_LOGS_MS);
  const deleted: string[] = [];
  for (const prefix of ['/aws/lambda/', ''])
    for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: `${prefix}${kit}-` }))
      for (const { logGroupName = '' } of page.logGroups ?? [])
        if (stackOwns(kit, logGroupName.slice(prefix.length), of)) deleted.push(logGroupName);
  for (const logGroupName of deleted)
    await client.send(new DeleteLogGroupCommand({ logGroupName })).catch((error: Error) => {
      // The list is older than what it tells of.
      if (error.name !== 'ResourceNotFoundException') throw error;
    });
  return deleted;
}
