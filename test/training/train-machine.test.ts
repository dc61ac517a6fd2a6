import { definition, kit } from '../shared/kit';
import { calledWith, object, walk, type Answer } from '../shared/walk';
import type { Json } from '../shared/json';

const input = { mode: 'train', trigger: 'manual', dataThrough: '2013-04-01' };
const champion = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/1';
const jobArn = (name: string) => `arn:aws:sagemaker:us-east-1:123456789012:training-job/${name}`;
const promote = { promoted: true, reason: 'gain 0.05', trainedThrough: '2013-04-01', identity: '0123456789abcdef' };

const answers = (over: Record<string, Answer[]> = {}): Record<string, Answer[]> => ({
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
  Tune: [
    {
      result: { HyperParameterTuningJobName: 'mlkit-tune', BestTrainingJob: { TrainingJobName: 'mlkit-tune-002' } },
    },
  ],
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
const train = (request: object = input, over: Record<string, Answer[]> = {}, app = kit()) =>
  walk(definition('training', app), request, answers(over));

test('the first model is evaluated without a champion, registered pending and approved', () => {
  const run = train();
  expect(run.output).toMatchObject({ outcome: 'Promoted', modelPackageArn: champion });
  expect(run.path.slice(-3)).toEqual(['Register', 'Approve', 'Promoted']);
  expect(calledWith(run, 'Evaluate').ProcessingInputs.map((i: Json) => i.InputName)).toEqual([
    'code',
    'features',
    'labels',
    'quality',
    'challenger',
  ]);
  expect(calledWith(run, 'Register')).toMatchObject({ ModelApprovalStatus: 'PendingManualApproval' });
  expect(calledWith(run, 'Approve')).toMatchObject({ ModelPackageArn: champion, ModelApprovalStatus: 'Approved' });
});

test('a champion is found in the parameter and given to the evaluation', () => {
  const run = train(input, { ReadChampion: [{ result: { Parameter: { Value: champion } } }] });
  expect(calledWith(run, 'DescribeChampion')).toEqual({ ModelPackageName: champion });
  expect(calledWith(run, 'Evaluate').ProcessingInputs.at(-1)).toMatchObject({
    InputName: 'champion',
    S3Input: { S3Uri: 's3://artifacts/models/old/output/model.tar.gz', LocalPath: '/opt/ml/processing/input/champion' },
  });
});

test('the training job is told its code, slices and overrides, all as text', () => {
  const { HyperParameters, TrainingJobName, StoppingCondition } = calledWith(
    train({ ...input, hyperparameters: { eta: 0.2 } }),
    'Train',
  );
  expect(HyperParameters).toMatchObject({
    sagemaker_program: 'train.py',
    data_through: '2013-04-01',
    gate_days: '28',
    eta: '0.2',
    max_depth: '6',
  });
  expect(HyperParameters.sagemaker_submit_directory).toMatch(/^\/opt\/ml\/input\/data\/code\/[^/]+\.gz$/);
  expect(TrainingJobName).toMatch(/^mlkit-[0-9a-f]{12}$/);
  expect(StoppingCondition.MaxWaitTimeInSeconds).toBeGreaterThanOrEqual(StoppingCondition.MaxRuntimeInSeconds);
});

test('an execution may train another family, which takes none of the configured values of the first', () => {
  const { HyperParameters } = calledWith(
    train({ ...input, algorithm: 'linear', hyperparameters: { l1_ratio: 0.5 } }),
    'Train',
  );
  expect(HyperParameters).toMatchObject({ algorithm: 'linear', l1_ratio: '0.5', data_through: '2013-04-01' });
  expect(HyperParameters).not.toHaveProperty('max_depth');
  expect(calledWith(train(), 'Train').HyperParameters).toMatchObject({ algorithm: 'boosted-trees', max_depth: '6' });
});

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

test('a held challenger is an end with its reason, and registers nothing', () => {
  const run = train(input, { ReadDecision: [object({ promoted: false, reason: 'interval includes 0' })] });
  expect(run.output).toMatchObject({ outcome: 'Held', reason: 'interval includes 0' });
  expect(run.path).not.toContain('Register');
});

test.each([
  ['train', 'mlkit-abc', 'new'],
  ['tune', 'mlkit-tune-002', 'best'],
])('the evaluation after %s is told what the lineage holds of the training', (mode, name, model) => {
  const said: string[] = calledWith(train({ ...input, mode }), 'Evaluate').AppSpecification.ContainerArguments;
  const option = (of: string) => said[said.indexOf(of) + 1];
  expect(option('--training-job')).toBe(jobArn(name));
  expect(option('--model-uri')).toBe(`s3://artifacts/models/${model}/output/model.tar.gz`);
  expect(option('--image')).toContain('sagemaker-xgboost');
  expect(option('--instance-type')).toBe('ml.m5.large');
});

test('the package has the model card that the evaluation wrote, on one line', () => {
  const run = train();
  expect(calledWith(run, 'ReadModelCard').Key).toMatch(/^evaluations\/.*\/model-card\.json$/);
  expect(calledWith(run, 'Register').ModelCard).toEqual({
    ModelCardContent: '{"intended_uses":{"risk_rating":"Unknown"}}',
    ModelCardStatus: 'PendingReview',
  });
});

test('a model that is trained again to be compared is registered by no gate', () => {
  const run = train({ ...input, trigger: 'reproduction' });
  expect(run.output).toMatchObject({
    outcome: 'Reproduced',
    reason: 'the model is 0123456789abcdef; nothing was registered',
    evaluationUri: expect.stringMatching(/^s3:.*\/evaluations\/.*\/$/),
  });
  expect(run.path).not.toContain('Register');
});

test('spot capacity that never came is an outcome with a remedy', () => {
  const cause = JSON.stringify({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' });
  const run = train(input, { Train: [{ error: 'States.TaskFailed', cause }] });
  expect(run.output).toMatchObject({ outcome: 'NoCapacity', reason: expect.stringContaining('training.instanceType') });
  expect(run.path).toContain('TellNoCapacity');
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
  ['ended without a best trial', { result: { HyperParameterTuningJobName: 'mlkit-tune' } }],
])('a tuning job that %s because spot never came is the same outcome', (_, tune) => {
  const run = train(
    { ...input, mode: 'tune' },
    {
      Tune: [tune],
      ListTrials: trials('Stopped', 'Stopped'),
      DescribeTrial: [{ result: { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' } }],
    },
  );
  expect(run.output).toMatchObject({ outcome: 'NoCapacity' });
  expect(calledWith(run, 'ListTrials').HyperParameterTuningJobName).toBe('mlkit-tune');
});

test('a failed tuning job tells the reason of a trial that failed', () => {
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

test('a failed job tells people its reason and fails', () => {
  const cause = JSON.stringify({ TrainingJobStatus: 'Failed', FailureReason: 'AlgorithmError: no rows' });
  const run = train(input, { Train: [{ error: 'States.TaskFailed', cause }] });
  expect(run.error).toEqual({ Error: 'TrainingFailed', Cause: 'AlgorithmError: no rows' });
  expect(calledWith(run, 'Alert').Message).toContain('AlgorithmError: no rows');
});

test('a quota of 0 is named with what to do', () => {
  const run = train(input, {
    Train: [{ error: 'SageMaker.ResourceLimitExceededException', cause: 'limit is 0 Instances' }],
  });
  expect(run.error).toMatchObject({ Error: 'QuotaExceeded', Cause: expect.stringContaining('Service Quotas') });
});

test('a throttled start is asked again under the same grant', () => {
  const run = train(input, {
    Train: [{ error: 'SageMaker.AmazonSageMakerException', cause: 'Rate exceeded' }, ...(answers().Train ?? [])],
  });
  expect(run.output.outcome).toBe('Promoted');
});

test('with manual approval the package waits and people are told', () => {
  const run = train(input, {}, kit('sandbox', { training: { approval: 'manual' } }));
  expect(run.path.slice(-2)).toEqual(['AskForApproval', 'Promoted']);
});

test.each([[undefined], [null]])('without an episode (%s) the registry says none', (episode) => {
  expect(calledWith(train({ ...input, episode }), 'Register').CustomerMetadataProperties.episode).toBe('none');
});

test.each([['soon'], [20130401], [undefined], ['2013-4-1'], ['2013-13-01'], ['2013-04-01T00:00:00Z']])(
  'a day that is %j is refused before anything is started',
  (dataThrough) => {
    const run = train({ ...input, dataThrough });
    expect(run.path).not.toContain('Train');
    expect(run.error).toMatchObject({ Error: 'InvalidDay', Cause: expect.stringContaining('is no day') });
    expect(run.path).toContain('Alert');
  },
);

test('an unknown mode fails with the value', () => {
  expect(train({ ...input, mode: 'guess' }).error).toEqual({
    Error: 'UnknownMode',
    Cause: expect.stringContaining('guess'),
  });
});

test('what the registry keeps is what later rooms read', () => {
  const { CustomerMetadataProperties, InferenceSpecification, DriftCheckBaselines } = calledWith(
    train({ ...input, episode: 'ep#1' }),
    'Register',
  );
  expect(CustomerMetadataProperties).toEqual({
    trainedThrough: '2013-04-01',
    evaluation: expect.stringMatching(/^s3:\/\/.*\/evaluations\/run-1\/$/),
    smokeTest: expect.stringMatching(/evaluations\/run-1\/smoke-test.json$/),
    identity: '0123456789abcdef',
    trigger: 'manual',
    episode: 'ep-1',
  });
  expect(InferenceSpecification.Containers[0].Environment.SAGEMAKER_PROGRAM).toBe('inference.py');
  expect(DriftCheckBaselines.ModelDataQuality.Constraints.S3Uri).toMatch(/constraints.json$/);
});

test('what is done about a rare outcome and about bias is a choice of the configuration, and of an execution over it', () => {
  expect(calledWith(train(), 'Train').HyperParameters).toMatchObject({
    imbalance: 'none',
    calibration: 'none',
    reweigh: 'none',
    group_facet: 'none',
    group_tolerance: '0.05',
  });
  const { HyperParameters } = calledWith(
    train({ ...input, imbalance: 'smote', calibration: 'isotonic', group_facet: 'age_band' }),
    'Train',
  );
  expect(HyperParameters).toMatchObject({ imbalance: 'smote', calibration: 'isotonic', group_facet: 'age_band' });
  expect(HyperParameters).not.toHaveProperty('trigger');
});
