import {
  ListHyperParameterTuningJobsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { expect, type Scenario } from '../scenario';
import { begin } from '../story';

export const tuned: Scenario = {
  name: 'tuned',
  title: 'a tuning job of a few real trials feeds the registry',
  async play(stage) {
    await begin(stage, { mode: 'tune' });
    const sagemaker = new SageMakerClient(stage.kit.aws);
    const { HyperParameterTuningJobSummaries: jobs = [] } = await sagemaker.send(
      new ListHyperParameterTuningJobsCommand({}),
    );
    expect(jobs.length === 1, `${jobs.length} tuning jobs ran, one was asked for`);
    const { TrainingJobSummaries: trials = [] } = await sagemaker.send(
      new ListTrainingJobsForHyperParameterTuningJobCommand({
        HyperParameterTuningJobName: jobs[0]?.HyperParameterTuningJobName,
      }),
    );
    const scores = trials.flatMap((trial) => trial.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? []);
    const { maxTrials } = stage.config.training.tuning;
    expect(scores.length === maxTrials, `${scores.length} of ${maxTrials} trials ended with a figure`);
    const [worst, best] = [Math.min(...scores), Math.max(...scores)];
    return `${scores.length} trials between ${worst.toFixed(4)} and ${best.toFixed(4)} AUC on the select slice; the best one serves as version ${stage.seen.releases.at(-1)?.version}`;
  },
};
