import { kit, only, resources, snapshot, statements } from '../shared/kit';

test('snapshot', () => expect(snapshot('training')).toMatchSnapshot());

test('the champion begins as none, and Train may only read it', () => {
  expect(only('training', 'AWS::SSM::Parameter').Properties).toMatchObject({ Name: '/mlkit/champion', Value: 'none' });
  const actions = statements('training').flatMap(({ statement }) => statement.Action as string | string[]);
  expect(actions).not.toContain('ssm:PutParameter');
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
  expect(text.match(/VpcConfig/g)).toHaveLength(3);
});
