import type { Notes } from '../shared/notes';

export const notes: Notes = {
  Training: { without: 'The champion of today serves for ever' },
  'Training/Champion': {
    why: 'Which model serves, as one fact that outlives executions: Train compares with it, the API names it, the monitor judges it',
    without: 'Train would take the latest approved package for the champion, which may never have served',
    properties: {
      Name: 'Commands and rooms find it by name: `/<kit>/champion`',
      Description: 'What the console says of the parameter',
      Tags: 'CloudFormation gives no tags to what a function makes',
    },
  },
  'Training/DeclareChampion': {
    why: 'Creates the parameter once: CloudFormation would write its first value again with every changed tag',
    without: 'No champion can be written or read',
    properties: { Timeout: 'Two calls' },
  },
  'Training/DeclareChampion/ServiceRole': {
    why: 'Creates, tags and deletes this one parameter; it cannot read it',
    without: 'The function cannot run',
  },
  'Training/Models': {
    why: 'The registry: a version for each model that passed the gate, with its metrics and baselines',
    without: 'Release has nothing that it could be told to release',
    properties: {
      ModelPackageGroupDescription:
        'A text; its change replaces the group and therefore fails while the group has versions',
    },
  },
  'Training/Versions': {
    why: 'Deletes the versions when the stack is deleted; only where the profile destroys its data',
    without: 'SageMaker refuses to delete a group that has versions: `cdk destroy` stops half-way',
    properties: {
      Group: 'The group that it empties',
      GroupArn:
        'Its tag `delete-versions` is asked first: an update that begins to keep data removes this resource too',
    },
  },
  'Training/DeleteModelPackages': {
    why: 'The function behind it',
    without: 'The group cannot be deleted',
    properties: { Timeout: 'Hundreds of versions, one call each' },
  },
  'Training/DeleteModelPackages/ServiceRole': {
    why: 'Lists and deletes the versions of this one group',
    without: 'The function cannot run',
  },
  'Training/Train/Machine': {
    why: 'From a date to a gated model: train or tune, evaluate both models on the same rows, register what is better',
    without: 'No model is made',
  },
  'Training/Train/Role': {
    why: 'What Train runs as: starts the three kinds of jobs named after the kit, registers into the one group',
    without: 'The machine cannot be created',
  },
  'Training/JobRole': {
    why: 'What the containers of training, tuning and evaluation run as: features and labels in, models and evaluations out',
    without: 'No job starts',
  },
};
