/** Custom resource: deletes the versions of a model package group, because CloudFormation cannot delete a group with versions. */
import { setTimeout } from 'node:timers/promises';
import {
  DeleteModelPackageCommand,
  type ModelPackageSummary,
  paginateListModelPackages,
  paginateListTags,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { unlessAbsent } from '../../../lib/shared/absent';
import { DELETE_VERSIONS_TAG } from '../../../lib/training/room';
import { answering } from '../../shared/custom-resource';

const sagemaker = new SageMakerClient({});

export const handler = answering<{ Group: string; GroupArn: string }>({
  id: ({ Group }) => `versions-of-${Group}`,
  carryOut: async ({ RequestType, ResourceProperties: { Group, GroupArn } }) => {
    // A deleted group has no versions.
    if (RequestType === 'Delete' && (await unlessAbsent(mayDelete(GroupArn))) === true)
      await unlessAbsent(deleteVersions(Group));
  },
});

/** Deletion is allowed by a tag of the group. An update to retained data removes the tag before it removes this resource. */
async function mayDelete(ResourceArn: string): Promise<boolean> {
  for await (const { Tags } of paginateListTags({ client: sagemaker }, { ResourceArn }))
    if (Tags?.some(({ Key, Value }) => Key === DELETE_VERSIONS_TAG && Value === 'true') === true) return true;
  return false;
}

async function deleteVersions(group: string): Promise<void> {
  // All pages are collected first, because deleting while listing shifts them.
  for (const { ModelPackageArn, ModelPackageStatus } of await versions(group))
    if (ModelPackageStatus !== 'Deleting')
      await unlessAbsent(sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: ModelPackageArn })));
  // A version stays listed while it is deleted, and blocks the deletion of its group. The function's timeout ends the wait.
  while ((await versions(group)).length > 0) await setTimeout(1000);
}

async function versions(group: string): Promise<ModelPackageSummary[]> {
  const found: ModelPackageSummary[] = [];
  for await (const page of paginateListModelPackages({ client: sagemaker }, { ModelPackageGroupName: group }))
    found.push(...(page.ModelPackageSummaryList ?? []));
  return found;
}
