import {
  type HyperParameterTrainingJobSummary,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { newestTuning, train } from '../../operate/train';
import { expect, type Scenario, type Stage } from '../scenario';
import { begin } from '../story';

const HYPERBAND = { strategy: 'Hyperband', maxTrials: 12 };
const BAYESIAN = { strategy: 'Bayesian', maxTrials: 2 };

export const tuned: Scenario = {
  name: 'tuned',
  title:
    'Hyperband stops trials, the best completed trial is registered, and a Bayesian search continues from its results',
  async play(stage) {
    const dataThrough = await begin(stage, { mode: 'tune', tuning: HYPERBAND });
    const warmStart = await newestTuning(stage.kit);
    const trials = await trialsOf(stage, warmStart);
    const stopped = trials.filter(({ TrainingJobStatus: status }) => status === 'Stopped');
    expect(trials.length === HYPERBAND.maxTrials, `${trials.length} trials ran of ${HYPERBAND.maxTrials}`);
    expect(stopped.length > 0, 'Hyperband stopped no trial');
    await train(stage.kit, { mode: 'tune', dataThrough, tuning: { ...BAYESIAN, warmStart } }, stage.out);
    const later = await trialsOf(stage, await newestTuning(stage.kit));
    expect(later.length === BAYESIAN.maxTrials, `${later.length} trials went on of ${BAYESIAN.maxTrials}`);
    return `Hyperband stopped ${stopped.length} of ${trials.length} trials, and they span ${span(trials)} AUC on the select slice; ${later.length} more found ${span(later)}`;
  },
};

async function trialsOf(stage: Stage, job: string): Promise<HyperParameterTrainingJobSummary[]> {
  const { TrainingJobSummaries: trials = [] } = await new SageMakerClient(stage.kit.aws).send(
    new ListTrainingJobsForHyperParameterTuningJobCommand({ HyperParameterTuningJobName: job }),
  );
  return trials;
}

function span(trials: HyperParameterTrainingJobSummary[]): string {
  const scores = trials.flatMap((trial) => trial.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? []);
  expect(scores.length === trials.length, `${scores.length} of ${trials.length} trials ended with a figure`);
  return `${Math.min(...scores).toFixed(4)} to ${Math.max(...scores).toFixed(4)}`;
}
