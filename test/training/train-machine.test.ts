import { kit } from '../shared/kit';
import { calledWith, object } from '../shared/walk';
import type { Json } from '../shared/json';
import { answers, champion, input, jobArn, train } from './walked';

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
  expect(HyperParameters).toMatchObject({
    algorithm: 'linear',
    seeds: '1',
    l1_ratio: '0.5',
    data_through: '2013-04-01',
  });
  expect(HyperParameters).not.toHaveProperty('max_depth');
  expect(calledWith(train(), 'Train').HyperParameters).toMatchObject({ algorithm: 'boosted-trees', max_depth: '6' });
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

test('a failed job sends its reason to people and fails', () => {
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
