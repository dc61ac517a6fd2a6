import { kit } from '../shared/kit';
import { calledWith, type Answer } from '../shared/walk';
import type { Json } from '../shared/json';
import { answers, input, train } from './walked';

test('a hyperparameter is tuned or static, never both, and the best trial is evaluated', () => {
  const run = train({ ...input, mode: 'tune' });
  const { TrainingJobDefinition, HyperParameterTuningJobConfig, HyperParameterTuningJobName } = calledWith(run, 'Tune');
  const { IntegerParameterRanges, ContinuousParameterRanges } = HyperParameterTuningJobConfig.ParameterRanges;
  const tuned = [...IntegerParameterRanges, ...ContinuousParameterRanges].map((range: Json) => range.Name);
  expect(tuned).toEqual(['max_depth', 'eta', 'min_child_weight']);
  expect(Object.keys(TrainingJobDefinition.StaticHyperParameters)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(tuned.join('|'))]),
  );
  expect(TrainingJobDefinition.StaticHyperParameters.subsample).toBe('0.8');
  expect(HyperParameterTuningJobName.length).toBeLessThanOrEqual(32);
  expect(calledWith(run, 'Evaluate').ProcessingInputs.at(-1).S3Input.S3Uri).toContain('/best/');
});

test('a tuning job whose metric definitions are refused goes on with those of the image', () => {
  const cause =
    "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request without specifying metric definitions.";
  const refusal = { error: 'SageMaker.AmazonSageMakerException', cause };
  const tune = (refusals: number) =>
    train({ ...input, mode: 'tune' }, { Tune: [...Array<Answer>(refusals).fill(refusal), ...(answers().Tune ?? [])] });
  const definitions = ({ calls }: ReturnType<typeof tune>) =>
    calls
      .filter(({ state }) => state === 'Tune')
      .map((call) => call.arguments.TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions !== undefined);
  // Five starts: a refusal has the error name of a throttled one, and is retried.
  expect(definitions(tune(5))).toEqual([true, false]);
  expect(tune(5).output.outcome).toBe('Promoted');
  expect(tune(10).error).toEqual({ Error: 'TrainingFailed', Cause: cause });
});

test('the input may choose a grid, which takes no number of trials', () => {
  const ranges = { CategoricalParameterRanges: [{ Name: 'max_depth', Values: ['3', '6'] }] };
  const config = calledWith(
    train({ ...input, mode: 'tune', tuning: { strategy: 'Grid', ranges } }),
    'Tune',
  ).HyperParameterTuningJobConfig;
  expect(config).toMatchObject({
    Strategy: 'Grid',
    ParameterRanges: ranges,
    ResourceLimits: { MaxParallelTrainingJobs: 2 },
  });
  expect(config.ResourceLimits).not.toHaveProperty('MaxNumberOfTrainingJobs');
});

test('of the trials that ran to their end the best is evaluated, not a stopped one', () => {
  const run = train({ ...input, mode: 'tune' });
  expect(calledWith(run, 'FindBest')).toMatchObject({
    HyperParameterTuningJobName: 'mlkit-tune',
    StatusEquals: 'Completed',
    SortBy: 'FinalObjectiveMetricValue',
    SortOrder: 'Descending',
  });
  expect(calledWith(run, 'DescribeBest')).toEqual({ TrainingJobName: 'mlkit-tune-002' });
});

test('the input may choose Hyperband, whose most rounds are those of the trial and its last word', () => {
  const { HyperParameterTuningJobConfig: config } = calledWith(
    train({
      ...input,
      mode: 'tune',
      hyperparameters: { num_round: 90 },
      tuning: { strategy: 'Hyperband', maxTrials: 12, minResource: 5 },
    }),
    'Tune',
  );
  expect(config).toMatchObject({
    Strategy: 'Hyperband',
    StrategyConfig: { HyperbandStrategyConfig: { MinResource: 5, MaxResource: 92 } },
    ResourceLimits: { MaxNumberOfTrainingJobs: 12 },
    TrainingJobEarlyStoppingType: 'Off',
  });
});

test('the rounds of trials are those of their family, whatever the configured one is', () => {
  const linear = kit('sandbox', { training: { algorithm: 'linear', hyperparameters: { num_round: 7 } } });
  const { HyperParameterTuningJobConfig: config } = calledWith(
    train({ ...input, mode: 'tune', tuning: { strategy: 'Hyperband' } }, {}, linear),
    'Tune',
  );
  expect(config.StrategyConfig.HyperbandStrategyConfig.MaxResource).toBe(302);
});

test('other strategies have no configuration of Hyperband, and may stop trials early', () => {
  const { HyperParameterTuningJobConfig: config } = calledWith(
    train({ ...input, mode: 'tune', tuning: { strategy: 'Bayesian', earlyStopping: 'Auto' } }),
    'Tune',
  );
  expect(config).toMatchObject({ Strategy: 'Bayesian', TrainingJobEarlyStoppingType: 'Auto' });
  expect(config).not.toHaveProperty('StrategyConfig');
});

test('a tuning job goes on from an earlier one, and otherwise is the same', () => {
  const tune = { ...input, mode: 'tune' };
  const { WarmStartConfig, ...rest } = calledWith(
    train({ ...tune, tuning: { warmStart: 'mlkit-0123456789ab' } }),
    'ContinueTuning',
  );
  expect(WarmStartConfig).toEqual({
    WarmStartType: 'TransferLearning',
    ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: 'mlkit-0123456789ab' }],
  });
  expect({ ...rest, HyperParameterTuningJobName: 0 }).toEqual({
    ...calledWith(train(tune), 'Tune'),
    HyperParameterTuningJobName: 0,
  });
});

const tuningFailed = JSON.stringify({
  HyperParameterTuningJobName: 'mlkit-tune',
  TrainingJobStatusCounters: { Stopped: 2 },
  FailureReason:
    'No training job succeeded after 2 attempts. Please take a look at the training job failures to get more details.',
});
const trials = (...statuses: string[]) => [
  {
    result: {
      TrainingJobSummaries: statuses.map((TrainingJobStatus, i) => ({
        TrainingJobName: `trial-${i}`,
        TrainingJobStatus,
      })),
    },
  },
];

test.each<[string, Answer]>([
  ['failed', { error: 'States.TaskFailed', cause: tuningFailed }],
  ['ended without a trial that ran to its end', { result: { HyperParameterTuningJobName: 'mlkit-tune' } }],
])('a tuning job that %s because spot never came is the same outcome', (_, tune) => {
  const run = train(
    { ...input, mode: 'tune' },
    {
      Tune: [tune],
      FindBest: trials(),
      ListTrials: trials('Stopped', 'Stopped'),
      DescribeTrial: [{ result: { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' } }],
    },
  );
  expect(run.output).toMatchObject({ outcome: 'NoCapacity' });
  expect(calledWith(run, 'ListTrials').HyperParameterTuningJobName).toBe('mlkit-tune');
});

test('a failed tuning job fails with the reason of a failed trial', () => {
  const FailureReason = 'AlgorithmError: no rows';
  const run = train(
    { ...input, mode: 'tune' },
    {
      Tune: [{ error: 'States.TaskFailed', cause: tuningFailed }],
      ListTrials: trials('Stopped', 'Failed'),
      DescribeTrial: [{ result: { TrainingJobStatus: 'Failed', SecondaryStatus: 'Failed', FailureReason } }],
    },
  );
  expect(calledWith(run, 'DescribeTrial')).toEqual({ TrainingJobName: 'trial-1' });
  expect(run.error).toEqual({ Error: 'TrainingFailed', Cause: FailureReason });
});

test('a tuning job that failed before its first trial tells its own reason', () => {
  const run = train(
    { ...input, mode: 'tune' },
    { Tune: [{ error: 'States.TaskFailed', cause: tuningFailed }], ListTrials: trials() },
  );
  expect(run.error).toMatchObject({ Cause: expect.stringContaining('No training job succeeded') });
});
