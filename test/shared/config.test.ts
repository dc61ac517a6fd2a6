import { App } from 'aws-cdk-lib';
import { z } from 'zod';
import { chosenConfig, loadConfig, resolveConfig } from '../../lib/config';
import { trialMinutes } from '../../lib/training/tuning-config';

test('the default is the sandbox: serverless, spot, nothing that needs a quota', () => {
  const config = resolveConfig();
  expect(config).toMatchObject({
    kit: 'mlkit',
    profile: 'sandbox',
    serving: { mode: 'serverless' },
    training: { spot: true, approval: 'automatic' },
    monitoring: { engine: 'open', schedule: false },
    foundation: { destroyData: true },
  });
});

test('production keeps data, asks people and isolates the network', () => {
  expect(resolveConfig('production')).toMatchObject({
    foundation: { destroyData: false },
    training: { approval: 'manual' },
    serving: { mode: 'real-time' },
    network: { isolatedVpc: true },
  });
});

test('an override is laid over its profile and leaves its neighbours', () => {
  const { training } = resolveConfig('standard', { training: { hyperparameters: { eta: 0.3 } } });
  expect(training.hyperparameters).toMatchObject({ eta: 0.3, max_depth: 6 });
});

test('another family has its own hyperparameters and defaults', () => {
  const { training } = resolveConfig('sandbox', {
    training: { algorithm: 'linear', hyperparameters: { l1_ratio: 1 } },
  });
  expect(training.hyperparameters).toEqual({ l1_ratio: 1, num_round: 9, early_stopping_rounds: 3, seed: 2013 });
});

const categorical = { max_depth: { type: 'Categorical', values: ['3', '6'] } };
test.each([
  ['an unknown profile', 'dev', {}, '"dev" is not one of sandbox, standard, production'],
  ['an unknown key', 'sandbox', { trainig: {} }, 'Unrecognized key: "trainig"'],
  ['a misspelt key in a room', 'sandbox', { etl: { worker: 4 } }, 'Unrecognized key: "worker"'],
  ['a kit name that is too long for job names', 'sandbox', { kit: 'a-very-long-kit-name' }, 'kit: 2 to 15'],
  [
    'a hyperparameter of another family',
    'sandbox',
    { training: { algorithm: 'linear', hyperparameters: { eta: 0.1 } } },
    'training.hyperparameters.eta: linear has no such hyperparameter: it has l1_ratio',
  ],
  [
    'half a round',
    'sandbox',
    { training: { hyperparameters: { num_round: 1.5 } } },
    'training.hyperparameters.num_round: must be a whole number from 1 to 2000; received 1.5',
  ],
  [
    'a facet that is none',
    'sandbox',
    { dataset: 'tool-hire', training: { mitigation: { reweigh: 'depot' } } },
    'training.mitigation.reweigh: must be a facet of dataset tool-hire, which has age_band: bias is mitigated where it is measured; received "depot"',
  ],
  [
    'thresholds of a facet that is none',
    'sandbox',
    { dataset: 'tool-hire', training: { mitigation: { thresholds: { facet: 'depot' } } } },
    'training.mitigation.thresholds.facet: must be a facet of dataset tool-hire',
  ],
  ['an unknown sampler', 'sandbox', { training: { imbalance: 'rose' } }, 'training.imbalance: '],
  ['a grid over numbers', 'sandbox', { training: { tuning: { strategy: 'Grid' } } }, 'categorical ranges only'],
  [
    'a range of what SageMaker does not tune',
    'sandbox',
    { training: { tuning: { ranges: { seed: { type: 'Integer', min: 1, max: 9 } } } } },
    'SageMaker does not tune seed',
  ],
  [
    'a second rule that stops trials',
    'sandbox',
    { training: { tuning: { strategy: 'Hyperband', earlyStopping: 'Auto' } } },
    'set earlyStopping to Off',
  ],
  [
    'a range of what Hyperband gives out',
    'sandbox',
    { training: { tuning: { strategy: 'Hyperband', ranges: { num_round: { type: 'Integer', min: 10, max: 99 } } } } },
    'leave num_round out',
  ],
  [
    'a Hyperband that stops nothing',
    'sandbox',
    { training: { hyperparameters: { num_round: 10 }, tuning: { strategy: 'Hyperband' } } },
    'training.tuning.hyperband.minResource: must be below the 10 of num_round',
  ],
  [
    'more trials than combinations',
    'sandbox',
    { training: { tuning: { ranges: { max_depth: { type: 'Integer', min: 3, max: 5 } } } } },
    '3 combinations, fewer than the 6 of maxTrials',
  ],
  ['an empty range', 'sandbox', { training: { tuning: { ranges: {} } } }, 'name at least one'],
  [
    'a tuned name that is no hyperparameter',
    'sandbox',
    { training: { tuning: { ranges: { depth: categorical.max_depth } } } },
    'depth',
  ],
  [
    'a continuous depth',
    'sandbox',
    { training: { tuning: { ranges: { max_depth: { type: 'Continuous', min: 1, max: 2 } } } } },
    'make its range Integer',
  ],
  [
    'a logarithm of 0',
    'sandbox',
    { training: { tuning: { ranges: { eta: { type: 'Continuous', min: 0, max: 1, scaling: 'Logarithmic' } } } } },
    'needs min above 0',
  ],
  [
    'min above max',
    'sandbox',
    { training: { tuning: { ranges: { eta: { type: 'Continuous', min: 1, max: 0.5 } } } } },
    'min must be below max',
  ],
  ...['aws', 'awsome', 'ssm', 'ssm-a', 'xn--abc', 'sthree', 'sthree-a', 'amzn-s3-demo'].map(
    (kit): [string, string, object, string] => [`the reserved kit ${kit}`, 'sandbox', { kit }, 'which is reserved: '],
  ),
  [
    'null for a room',
    'sandbox',
    { serving: null },
    'serving: Invalid input: expected object; received null\nleave a key out',
  ],
  ['a mode of nobody', 'sandbox', { serving: { mode: 'magic' } }, 'serving.mode: Invalid option: expected one of'],
  ['a mode of nobody, whose value is said', 'sandbox', { serving: { mode: 'magic' } }, '; received "magic"'],
  ['a rule between rooms', 'production', { serving: { mode: 'serverless' } }, 'network.isolatedVpc needs real-time'],
  ['confirming more windows than there are', 'sandbox', { monitoring: { confirm: { k: 4, n: 3 } } }, 'must not exceed'],
])('%s is refused, with the way out', (_, profile, overrides, sentence) => {
  expect(() => resolveConfig(profile, overrides)).toThrow(sentence);
});

test.each(['mlkit', 'a-aws', 'sthrees', 'xn', 'amzn-s3', 'as'])('the kit %s is nobody else’s', (kit) => {
  expect(resolveConfig('sandbox', { kit })).toMatchObject({ kit });
});

describe('what is chosen and what is laid over it', () => {
  const load = (context: Record<string, unknown>) => () => loadConfig(new App({ context }));

  test.each([
    ['another profile', { config: '{"profile":"production"}' }, 'says profile "production", but "sandbox" was chosen'],
    ['another kit', { config: '{"kit":"team-b"}' }, 'says kit "team-b", but "mlkit" was chosen'],
    ['no kit', { kit: 'team-a', config: '{"kit":null}' }, 'says kit null, but "team-a" was chosen'],
    ['other rooms', { rooms: 'warehouse', config: '{"rooms":[]}' }, 'says rooms [], but ["warehouse"] was chosen'],
    ['null', { config: 'null' }, '-c config must be a JSON object of rooms and their keys'],
    ['a list', { config: '[{"etl":{}}]' }, 'received [{"etl":{}}]'],
    ['a text', { config: '"production"' }, 'received "production"'],
    ['a list of cdk.json', { config: [] }, 'received []'],
    ['nothing', { config: '' }, '-c config is empty'],
    ['half of it', { config: '{"etl":{' }, '-c config is not JSON: line 1, column 9'],
  ])('%s is refused', (_, context, sentence) => {
    expect(load(context)).toThrow(sentence);
  });

  test('the same twice is no contradiction', () => {
    const config = JSON.stringify({ profile: 'standard', kit: 'team-a', rooms: ['warehouse'], etl: { workers: 4 } });
    const context = { profile: 'standard', kit: 'team-a', rooms: 'warehouse', config };
    expect(load(context)()).toMatchObject({ profile: 'standard', kit: 'team-a', etl: { workers: 4 } });
    expect(load({ config: '{"rooms":["warehouse"]}' })().rooms).toEqual(['warehouse']);
    expect(() => chosenConfig({ kit: 'team-a' }, { kit: 'team-b' })).toThrow('take "kit" out of it');
  });
});

test('a grid over listed values is accepted', () => {
  const { tuning } = resolveConfig('sandbox', {
    training: { tuning: { strategy: 'Grid', ranges: categorical } },
  }).training;
  expect(tuning.ranges).toEqual(categorical);
});

test('the time for trials follows their waves, and a grid its combinations', () => {
  const minutes = (training: object) => trialMinutes(resolveConfig('sandbox', { training }).training);
  expect(minutes({})).toBe(3 * 60);
  expect(minutes({ spot: false })).toBe(3 * 30);
  expect(minutes({ tuning: { maxTrials: 50 } })).toBe(25 * 60);
  const values = (count: number) => ({ type: 'Categorical', values: Array.from({ length: count }, String) });
  expect(
    minutes({
      tuning: { strategy: 'Grid', ranges: { max_depth: values(3), eta: values(3), min_child_weight: values(2) } },
    }),
  ).toBe(9 * 60);
});

test('a default outside its own range is refused as a chosen value is', () => {
  jest.isolateModules(() => {
    jest.doMock('../../lib/warehouse/config', () => ({
      warehouseConfig: { warehouse: z.strictObject({ baseRpu: z.number().min(4).default(3) }).prefault({}) },
    }));
    const { resolveConfig: resolve } = jest.requireActual<typeof import('../../lib/config')>('../../lib/config');
    expect(() => resolve()).toThrow('warehouse.baseRpu: Too small: expected number to be >=4; received 3');
  });
});
