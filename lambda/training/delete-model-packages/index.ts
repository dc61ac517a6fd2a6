/** Custom resource: a model package group that still has versions cannot be deleted, and versions are not the stack's own. */
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
    // A group that is gone has no versions.
    if (RequestType === 'Delete' && (await unlessAbsent(mayDelete(GroupArn))) === true)
      await unlessAbsent(deleteVersions(Group));
  },
});

/** An update that makes the kit keep its data takes this resource away as well; before that, it takes the tag from the group. */
async function mayDelete(ResourceArn: string): Promise<boolean> {
  for await (const { Tags } of paginateListTags({ client: sagemaker }, { ResourceArn }))
    if (Tags?.some(({ Key, Value }) => Key === DELETE_VERSIONS_TAG && Value === 'true') === true) return true;
  return false;
}

async function deleteVersions(group: string): Promise<void> {
  // The pages are collected first: deleting while listing moves them.
  for (const { ModelPackageArn, ModelPackageStatus } of await versions(group))
    if (ModelPackageStatus !== 'Deleting')
      await unlessAbsent(sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: ModelPackageArn })));
  // A version is listed while it is being deleted, and its group cannot go meanwhile. The function's timeout ends the wait.
  while ((await versions(group)).length > 0) await setTimeout(1000);
}

async function versions(group: string): Promise<ModelPackageSummary[]> {
  const found: ModelPackageSummary[] = [];
  for await (const page of paginateListModelPackages({ client: sagemaker }, { ModelPackageGroupName: group }))
    found.push(...(page.ModelPackageSummaryList ?? []));
  return found;
}
