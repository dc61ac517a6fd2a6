import { resolveConfig } from '../../../lib/config';
import { targetOf, taskOf } from '../../../lib/shared/dataset';
import { datasetOf, declaredFile } from '../../../lib/shared/datasets';
import { readJson } from '../../../scripts/shared/json-file';

test.each([
  [
    'a managed monitor of another task',
    'standard',
    {
      dataset: 'nyc-flights/delay',
      serving: { maxInstancesPerRequest: 1 },
      monitoring: { engine: 'managed', windowDays: 1, managedInstanceType: 'ml.m5.large' },
    },
    'monitoring.engine: managed monitors judge a yes or no here, and nyc-flights/delay is a regression task',
  ],
  [
    'a family that cannot minimise the loss',
    'sandbox',
    { dataset: 'nyc-flights/delay', training: { algorithm: 'linear' } },
    'training.algorithm: the task of nyc-flights/delay minimises quantile loss, which only boosted-trees can',
  ],
  ['a task that is none', 'sandbox', { dataset: 'nyc-flights/lateness' }, 'is not one of delay, delay-class'],
])('%s is refused', (_, profile, overlay, says) => {
  expect(() => resolveConfig(profile, overlay)).toThrow(says);
});

test('a task is the dataset with another question, which programs and handlers find as the only one', () => {
  const dataset = datasetOf('nyc-flights/delay-class');
  expect(taskOf(dataset)).toMatchObject({ task: 'multiclass', measure: 'log loss', rising: false });
  expect(targetOf(dataset)).toBe('delay_class');
  const { name, problem, ...declared } = readJson(declaredFile(dataset.name)) as Record<string, unknown>;
  expect([name, problem]).toEqual(['nyc-flights/delay-class', dataset.problem]);
  expect(declared).not.toHaveProperty('tasks');
});
