/** Custom resource: a model package group that still has versions cannot be deleted, and versions are not the stack's own. */
import {
  DeleteModelPackageCommand,
  paginateListModelPackages,
  paginateListTags,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { DELETE_VERSIONS_TAG } from '../../../lib/shared/names';

const sagemaker = new SageMakerClient({});

export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  const { Group: group, GroupArn: arn } = event.ResourceProperties as unknown as { Group: string; GroupArn: string };
  try {
    if (event.RequestType === 'Delete' && (await mayDelete(arn))) await deleteVersions(group);
    await respond(event, context, 'SUCCESS', group);
  } catch (error) {
    console.error(error);
    await respond(event, context, 'FAILED', group, `versions of ${group} were not deleted: ${String(error)}`);
  }
}

/** An update that makes the kit keep its data takes this resource away as well; before that, it takes the tag from the group. */
async function mayDelete(ResourceArn: string): Promise<boolean> {
  for await (const { Tags } of paginateListTags({ client: sagemaker }, { ResourceArn }))
    if (Tags?.some(({ Key, Value }) => Key === DELETE_VERSIONS_TAG && Value === 'true') === true) return true;
  return false;
}

async function deleteVersions(group: string): Promise<void> {
  // The pages are collected first: deleting while listing moves them.
  const arns: string[] = [];
  for await (const page of paginateListModelPackages({ client: sagemaker }, { ModelPackageGroupName: group }))
    for (const { ModelPackageArn } of page.ModelPackageSummaryList ?? [])
      if (ModelPackageArn !== undefined) arns.push(ModelPackageArn);
  for (const arn of arns) await sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: arn }));
}

/** CloudFormation waits an hour for an answer that never comes, so every path must end here. */
async function respond(
  event: CloudFormationCustomResourceEvent,
  context: Context,
  status: string,
  group: string,
  reason?: string,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = {
    Status: status,
    Reason: reason ?? `see log stream ${context.logStreamName}`,
    PhysicalResourceId: `versions-of-${group}`,
    StackId,
    RequestId,
    LogicalResourceId,
  };
  // The URL is signed for an empty content type.
  await fetch(event.ResponseURL, { method: 'PUT', headers: { 'Content-Type': '' }, body: JSON.stringify(answer) });
}
