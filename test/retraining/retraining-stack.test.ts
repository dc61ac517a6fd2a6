import { only, resources, statements } from '../shared/kit';

const rules = Object.values(resources('retraining', 'AWS::Events::Rule')).map(({ Properties }) => Properties);

test('every judging run reaches the guard, and so does every end of Train', () => {
  expect(rules.map(({ EventPattern }) => EventPattern)).toEqual([
    {
      source: ['mlkit.monitoring'],
      'detail-type': ['Monitoring Run Completed'],
      detail: { status: ['Completed', 'CompletedWithViolations'] },
    },
    {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [expect.anything()], status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
    },
  ]);
});

test('a signal that cannot be handled is kept: on delivery and after three attempts', () => {
  for (const { Targets } of rules) expect(Targets[0].DeadLetterConfig).toBeDefined();
  expect(only('retraining', 'AWS::Lambda::Function').Properties.DeadLetterConfig).toBeDefined();
});

test('the guard may start Train and nothing else', () => {
  const actions = statements('retraining').flatMap(({ statement }) => [statement.Action].flat() as string[]);
  expect(actions.filter((action) => !/^(dynamodb|xray|sqs):/.test(action))).toEqual(['states:StartExecution']);
});

test('the guard gets its knobs', () => {
  const { GUARD, STATE_TABLE, TRAIN_MACHINE_ARN } = only('retraining', 'AWS::Lambda::Function').Properties.Environment
    .Variables;
  expect(JSON.parse(GUARD)).toMatchObject({ cooldownDays: 14, maxPerDay: 4 });
  expect(STATE_TABLE).toBeDefined();
  expect(TRAIN_MACHINE_ARN).toBeDefined();
});
