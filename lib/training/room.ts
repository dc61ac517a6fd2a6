import type { RoomContract } from '../shared/room';

export const training = {
  name: 'training',
  does: 'state machine *Train*, evaluation and gate, model package group, champion parameter',
  stacks: { Training: 'training' },
  machines: ['Train'],
  env: { championParameter: 'CHAMPION_PARAMETER' },
} as const satisfies RoomContract;

/** SageMaker's strategies for the trials of a tuning job. */
export const STRATEGIES = ['Random', 'Bayesian', 'Hyperband', 'Grid'] as const;

/** SSM parameter: the ARN of the model package that serves, or `none`. Written by Release alone. */
export const championName = (kit: string) => `/${kit}/champion`;

/** Value of the champion parameter and of `ModelPackageArn` before the first release. */
export const NO_MODEL = 'none';

/** Trigger of a training that is repeated from its record: evaluated, but not registered. */
export const REPRODUCTION = 'reproduction';

/** Tag of the model package group: `true` when its versions are deleted with the stack. */
export const DELETE_VERSIONS_TAG = 'delete-versions';

/** `CustomerMetadataProperties` of a model package: facts that later rooms need about a model. */
export const packageMetadata = {
  /** First day that training left out, `YYYY-MM-DD`. */
  trainedThrough: 'trainedThrough',
  /** `s3://…/` of the evaluation's folder: decision, baselines, smoke test. */
  evaluation: 'evaluation',
  /** `s3://…` of the first request of a release. */
  smokeTest: 'smokeTest',
  /** Identity in every answer of this model: `jobs/common/model.py`. */
  identity: 'identity',
  trigger: 'trigger',
  episode: 'episode',
} as const;
