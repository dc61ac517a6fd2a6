import type { Notes } from '../shared/notes';

export const notes: Notes = {
  Training: 'The champion of today serves for ever',
  'Training/Champion':
    'Which model serves, as one fact that outlives executions: the latest approved package may never have served',
  'Training/DeclareChampion':
    'Creates the parameter once: CloudFormation would write its first value again with every changed tag',
  'Training/DeclareChampion/ServiceRole':
    'Creates, tags and deletes this one parameter, which CloudFormation would not tag for it; it cannot read it',
  'Training/Models': {
    why: 'The registry: a version for each model that passed the gate, with its metrics and baselines',
    ModelPackageGroupDescription:
      'A text; its change replaces the group and therefore fails while the group has versions',
  },
  'Training/Versions': {
    why: 'Deletes the versions when the stack is deleted, because SageMaker refuses to delete a group that has some; only where the profile destroys its data',
    GroupArn: 'Its tag `delete-versions` is asked first: an update that begins to keep data removes this resource too',
  },
  'Training/DeleteModelPackages': { why: 'The function behind it', Timeout: 'Hundreds of versions, one call each' },
  'Training/Train/Machine':
    'From a date to a gated model: train, tune or compare families, evaluate both models on the same rows, register what is better',
};
