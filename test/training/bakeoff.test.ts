import { algorithms } from '../../lib/training/families';
import { definition, kit } from '../shared/kit';
import type { Json } from '../shared/json';
import { calledWith, object, walk, type Answer } from '../shared/walk';

const input = { mode: 'bakeoff', trigger: 'manual', dataThrough: '2013-04-01' };
const job = (name: string): Answer => ({
  result: {
    TrainingJobName: name,
    TrainingJobArn: `arn:training-job/${name}`,
    ModelArtifacts: { S3ModelArtifacts: `s3://artifacts/models/${name}/output/model.tar.gz` },
  },
});
const stopped = (SecondaryStatus: string, FailureReason?: string): Answer => ({
  error: 'States.TaskFailed',
  cause: JSON.stringify({ TrainingJobStatus: 'Failed', SecondaryStatus, FailureReason }),
});
const bakeoff = (over: Record<string, Answer[]> = {}, request: object = input) =>
  walk(definition('training', kit()), request, {
    ReadChampion: [{ result: { Parameter: { Value: 'none' } } }],
    TrainFamily: algorithms.map(job),
    ReadBakeoff: [object({ winner: 'linear' })],
    ReadDecision: [object({ promoted: false, reason: 'held' })],
    ...over,
  });
const called = ({ calls }: ReturnType<typeof bakeoff>, state: string): Json[] =>
  calls.filter((call) => call.state === state).map((call) => call.arguments as Json);
const inputsOf = (request: Json) =>
  Object.fromEntries(request.ProcessingInputs.map((each: Json) => [each.InputName, each.S3Input.S3Uri]));

test('every family is trained with its own settings under a name of its own, though all start in one millisecond', () => {
  const trainings = called(bakeoff(), 'TrainFamily');
  expect(trainings.map(({ HyperParameters }) => HyperParameters.algorithm)).toEqual(algorithms);
  expect(new Set(trainings.map(({ TrainingJobName }) => TrainingJobName)).size).toBe(algorithms.length);
  const [boosted, linear] = trainings.map(({ HyperParameters }) => HyperParameters);
  expect(boosted).toMatchObject({ max_depth: '6', data_through: '2013-04-01', sagemaker_program: 'train.py' });
  expect(linear).not.toHaveProperty('max_depth');
});

test('the models are compared in one job, whose inputs they are, and the winner is evaluated as any challenger', () => {
  const run = bakeoff();
  const compare = calledWith(run, 'Compare');
  expect(Object.keys(inputsOf(compare))).toEqual(['code', 'features', 'labels', ...algorithms]);
  expect(inputsOf(compare).linear).toBe('s3://artifacts/models/linear/output/');
  // The service takes ten.
  expect(compare.ProcessingInputs.length).toBeLessThanOrEqual(10);
  expect(compare.AppSpecification.ContainerArguments).toEqual(
    expect.arrayContaining(['--data-through', '2013-04-01', '--families', ...algorithms, '--draws', '1000']),
  );
  expect(compare.AppSpecification.ContainerArguments).not.toContain('--failed');
  expect(inputsOf(calledWith(run, 'Evaluate')).challenger).toBe('s3://artifacts/models/linear/output/model.tar.gz');
  expect(calledWith(run, 'Evaluate').AppSpecification.ContainerArguments).toContain('arn:training-job/linear');
  const outputs = ['Compare', 'Evaluate'].map(
    (state) => calledWith(run, state).ProcessingOutputConfig.Outputs[0].S3Output.S3Uri,
  );
  expect(outputs[0]).toBe(outputs[1]);
  expect(run.output).toMatchObject({ outcome: 'Held', reason: 'held' });
});

test('the input may name families, each once', () => {
  const run = bakeoff({}, { ...input, families: ['linear', 'ensemble', 'linear'] });
  expect(called(run, 'TrainFamily').map(({ HyperParameters }) => HyperParameters.algorithm)).toEqual([
    'linear',
    'ensemble',
  ]);
});

test.each([[['linear', 'svm']], [[]], ['svm'], [[7]]])(
  'families %j are refused before anything is trained',
  (families) => {
    const run = bakeoff({}, { ...input, families });
    expect(run.path).not.toContain('TrainFamilies');
    expect(run.error).toMatchObject({
      Error: 'UnknownFamily',
      Cause: expect.stringContaining('must be some of boosted'),
    });
  },
);

test('a family that fails or finds no capacity is written down and hinders no other', () => {
  const run = bakeoff({
    TrainFamily: [
      stopped('Failed', `AlgorithmError: too\nfew rows ${'x'.repeat(300)}`),
      job('linear'),
      stopped('MaxWaitTimeExceeded'),
      ...algorithms.slice(3).map(job),
    ],
  });
  const { ContainerArguments } = calledWith(run, 'Compare').AppSpecification;
  const at = ContainerArguments.indexOf('--failed');
  expect(ContainerArguments.slice(at)).toEqual([
    '--failed',
    expect.stringMatching(/^boosted-trees: AlgorithmError: too few rows x+$/),
    'random-forest: no spot capacity came within maxWaitMinutes',
  ]);
  expect(ContainerArguments.every((each: string) => each.length <= 256)).toBe(true);
  expect(Object.keys(inputsOf(calledWith(run, 'Compare')))).not.toContain('boosted-trees');
  expect(run.path).toContain('Evaluate');
});

test('a quota of 0 is the reason of every family', () => {
  const refused = { error: 'SageMaker.ResourceLimitExceededException', cause: 'limit is 0 Instances' };
  const run = bakeoff({ TrainFamily: [refused] }, { ...input, families: ['linear', 'ensemble'] });
  expect(run.error).toEqual({
    Error: 'TrainingFailed',
    Cause: 'linear: limit is 0 Instances; ensemble: limit is 0 Instances',
  });
  expect(run.path).not.toContain('Compare');
});

test('no capacity for any family is the outcome that it is for one', () => {
  const run = bakeoff({ TrainFamily: [stopped('MaxWaitTimeExceeded')] });
  expect(run.output).toMatchObject({ outcome: 'NoCapacity' });
});

test('the machine has time for every wave of trainings that wait for capacity, and for both jobs after them', () => {
  // Tuning takes less here, so that the time is the bake-off's.
  const { TimeoutSeconds, States } = definition('training', kit('sandbox', { training: { tuning: { maxTrials: 2 } } }));
  const waves = Math.ceil(algorithms.length / States.TrainFamilies.MaxConcurrency);
  const [training, ...jobs] = [States.TrainFamilies.ItemProcessor.States.TrainFamily, States.Compare, States.Evaluate];
  const wait = training.Arguments.StoppingCondition.MaxWaitTimeInSeconds;
  const run = jobs.reduce((sum, { Arguments }) => sum + Arguments.StoppingCondition.MaxRuntimeInSeconds, 0);
  expect(TimeoutSeconds).toBeGreaterThanOrEqual(waves * wait + run);
});

test('each family has checkpoints of its own, which its next attempt finds', () => {
  const places = called(bakeoff(), 'TrainFamily').map(({ CheckpointConfig }) => CheckpointConfig.S3Uri);
  expect(places[0]).toMatch(/checkpoints\/run-1\/boosted-trees\/$/);
  expect(new Set(places).size).toBe(algorithms.length);
});
