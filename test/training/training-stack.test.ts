import { kit, only, resources, statements } from '../shared/kit';

test('one function creates and deletes the champion, and Train may only read it', () => {
  const writers = statements('training').filter(({ statement }) =>
    /"ssm:(?!GetParameter")/.test(JSON.stringify(statement)),
  );
  expect(writers).toMatchObject([
    {
      id: expect.stringMatching(/^DeclareChampion/),
      statement: { Resource: { 'Fn::Join': ['', expect.arrayContaining([':parameter/mlkit/champion'])] } },
    },
  ]);
  expect(only('training', 'Custom::Champion').Properties).toMatchObject({
    Name: '/mlkit/champion',
    Tags: expect.arrayContaining([{ Key: 'room', Value: 'training' }]),
  });
});

test('versions go before their group when the sandbox is destroyed, and stay in production', () => {
  const versions = only('training', 'Custom::ModelPackageVersions');
  expect(versions.DependsOn).toEqual(expect.arrayContaining(['Models']));
  expect(versions.Properties.Group).toBe('mlkit-models');
  expect(resources('training', 'Custom::ModelPackageVersions', kit('production'))).toEqual({});
  expect(only('training', 'AWS::SageMaker::ModelPackageGroup', kit('production')).DeletionPolicy).toBe('Retain');
});

test('training without spot waits for nothing and checkpoints nothing', () => {
  const text = JSON.stringify(
    only('training', 'AWS::StepFunctions::StateMachine', kit('sandbox', { training: { spot: false } })),
  );
  for (const field of ['MaxWaitTimeInSeconds', 'CheckpointConfig', 'EnableManagedSpotTraining'])
    expect(text).not.toContain(field);
});

test('in the isolated network every job is inside it', () => {
  const text = JSON.stringify(only('training', 'AWS::StepFunctions::StateMachine', kit('production')));
  expect(text.match(/VpcConfig/g)).toHaveLength(6);
});
