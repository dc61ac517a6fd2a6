/** *Train*, walked with answers of the services: a promotion of the first model unless a test says otherwise. */
import { definition, kit } from '../shared/kit';
import { object, walk, type Answer } from '../shared/walk';

export const input = { mode: 'train', trigger: 'manual', dataThrough: '2013-04-01' };
export const champion = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/1';
export const jobArn = (name: string) => `arn:aws:sagemaker:us-east-1:123456789012:training-job/${name}`;
export const promote = {
  promoted: true,
  reason: 'gain 0.05',
  trainedThrough: '2013-04-01',
  identity: '0123456789abcdef',
};

// A trial that was stopped has the best figure.
const tuned = {
  result: { HyperParameterTuningJobName: 'mlkit-tune', BestTrainingJob: { TrainingJobName: 'mlkit-tune-001' } },
};
export const answers = (over: Record<string, Answer[]> = {}): Record<string, Answer[]> => ({
  ReadChampion: [{ result: { Parameter: { Value: 'none' } } }],
  DescribeChampion: [
    {
      result: {
        InferenceSpecification: { Containers: [{ ModelDataUrl: 's3://artifacts/models/old/output/model.tar.gz' }] },
      },
    },
  ],
  Train: [
    {
      result: {
        TrainingJobName: 'mlkit-abc',
        TrainingJobArn: jobArn('mlkit-abc'),
        ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/models/new/output/model.tar.gz' },
      },
    },
  ],
  Tune: [tuned],
  ContinueTuning: [tuned],
  FindBest: [{ result: { TrainingJobSummaries: [{ TrainingJobName: 'mlkit-tune-002' }] } }],
  DescribeBest: [
    {
      result: {
        TrainingJobArn: jobArn('mlkit-tune-002'),
        ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/models/best/output/model.tar.gz' },
      },
    },
  ],
  ReadDecision: [object(promote)],
  ReadModelCard: [{ result: { Body: '{\n  "intended_uses": {"risk_rating": "Unknown"}\n}' } }],
  Register: [{ result: { ModelPackageArn: champion } }],
  ...over,
});
export const train = (request: object = input, over: Record<string, Answer[]> = {}, app = kit()) =>
  walk(definition('training', app), request, answers(over));
