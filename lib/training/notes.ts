import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'Training/Champion':
    'The serving model, stored outside of executions, because the latest approved package may never have served',
  'Training/DeclareChampion':
    'Creates the parameter once: CloudFormation would write its first value again with every changed tag',
  'Training/DeclareChampion/ServiceRole':
    'Creates, tags and deletes this one parameter, which CloudFormation would not tag for it; it cannot read it',
  'Training/Models': {
    why: 'The registry: a version for each model that passed the gate, with its metrics and baselines',
    ModelPackageGroupDescription:
      'A change of the description replaces the group, and fails while the group has versions',
  },
  'Training/Versions': {
    why: 'Deletes the versions when the stack is deleted, because SageMaker refuses to delete a group that has some; only where the profile destroys its data',
    GroupArn: 'Its tag `delete-versions` is asked first: an update that begins to keep data removes this resource too',
  },
  'Training/DeleteModelPackages': { Timeout: 'Hundreds of versions are deleted one by one' },
  'Training/Train/Machine':
    'From a date to a gated model: train, tune or compare families, evaluate both models on the same rows, register what is better',
};
