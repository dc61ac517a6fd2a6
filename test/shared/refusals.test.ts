/** What AWS would refuse hours later is refused at synth, naming the knob and AWS's rule. */
import { ProductionVariantInstanceType, TrainingInstanceType } from '@aws-sdk/client-sagemaker';
import fc from 'fast-check';
import { profileNames, resolveConfig } from '../../lib/config';
import { managed } from './kit';

/** Profile, overrides, the knob that is named, and AWS's rule. */
const refused: Record<string, [string, Record<string, unknown>, string, string]> = {
  'a managed monitor of a serverless endpoint': [
    'sandbox',
    managed,
    'serving.mode',
    'the endpoint itself must capture, and Model Monitor watches no serverless one',
  ],
  'a managed monitor of requests with many labels': [
    'standard',
    { ...managed, serving: {} },
    'serving.maxInstancesPerRequest',
    'joins one label to a captured request',
  ],
  'a managed monitor of a week': [
    'standard',
    { ...managed, monitoring: { ...managed.monitoring, windowDays: 7 } },
    'monitoring.windowDays',
    'analyses at most the 24 hours between two runs',
  ],
  'a managed monitor with too little memory': [
    'standard',
    { ...managed, monitoring: { ...managed.monitoring, managedInstanceType: 'ml.t3.medium' } },
    'monitoring.managedInstanceType',
    'the analyzer runs out of memory on ml.t3.medium',
  ],
  'a serverless endpoint in a VPC': [
    'sandbox',
    { network: { isolatedVpc: true } },
    'serving.mode',
    'SageMaker puts no serverless endpoint into a VPC',
  ],
  'scaling a burstable fleet': [
    'standard',
    { serving: { instanceType: 'ml.t2.medium' } },
    'serving.instanceType',
    'burstable, which SageMaker does not scale',
  ],
  'a canary of one instance': [
    'standard',
    { serving: { minInstances: 1 } },
    'serving.minInstances',
    'a canary is at most half of the fleet',
  ],
  'a fleet whose least is more than its most': [
    'standard',
    { serving: { minInstances: 5 } },
    'serving.minInstances',
    'must not exceed maxInstances',
  ],
  'serverless memory between two steps': [
    'sandbox',
    { serving: { memoryMb: 2000 } },
    'serving.memoryMb',
    '1024 to 6144 MB, in steps of 1024',
  ],
  'serverless concurrency beyond the most': [
    'sandbox',
    { serving: { maxConcurrency: 201 } },
    'serving.maxConcurrency',
    'a serverless endpoint has 200 at most',
  ],
  'serverless concurrency of none': [
    'sandbox',
    { serving: { maxConcurrency: 0 } },
    'serving.maxConcurrency',
    'a serverless endpoint needs 1 at least',
  ],
  'waiting for spot shorter than running': [
    'sandbox',
    { training: { maxWaitMinutes: 10 } },
    'training.maxWaitMinutes',
    'waiting for capacity and running share it',
  ],
  'training on an endpoint type': [
    'sandbox',
    { training: { instanceType: 'ml.t2.medium' } },
    'training.instanceType',
    'SageMaker has no training on ml.t2.medium',
  ],
  'processing on an endpoint type': [
    'sandbox',
    { training: { processingInstanceType: 'ml.t2.medium' } },
    'training.processingInstanceType',
    'SageMaker has no processing on ml.t2.medium: choose one of',
  ],
  'monitoring on a size that is not there': [
    'sandbox',
    { monitoring: { instanceType: 'ml.t3.micro' } },
    'monitoring.instanceType',
    'choose one of ml.t3.2xlarge, ml.t3.large, ml.t3.medium, ml.t3.xlarge',
  ],
  'an instance type of EC2': [
    'standard',
    { serving: { instanceType: 'm5.large' } },
    'serving.instanceType',
    'SageMaker has no endpoint on m5.large',
  ],
  'an endpoint on Graviton': [
    'standard',
    { serving: { instanceType: 'ml.m6g.large' } },
    'serving.instanceType',
    'no XGBoost image after 1.5',
  ],
};

const refusal = (profile: string, overrides: Record<string, unknown>): string => {
  try {
    resolveConfig(profile, overrides);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('accepted');
};

test.each(Object.entries(refused))('%s', (_, [profile, overrides, knob, rule]) => {
  const message = refusal(profile, overrides);
  expect(message).toContain(rule);
  expect(message).toMatch(new RegExp(`^  ${knob.replaceAll('.', '\\.')}: `, 'm'));
});

test('whatever else is set, a refused combination stays refused, for its own reason', () => {
  const harmless = fc.record({
    retraining: fc.record({ cooldownDays: fc.integer({ min: 0, max: 365 }) }),
    etl: fc.record({ workers: fc.integer({ min: 2, max: 10 }) }),
    kit: fc.constantFrom('mlkit', 'second'),
  });
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(refused)), harmless, ([profile, overrides, knob, rule], rest) => {
      const message = refusal(profile, { ...rest, ...overrides });
      expect(message).toContain(rule);
      expect(message).toContain(knob);
    }),
  );
});

test('no Graviton type passes anywhere, and GPUs are not mistaken for one', () => {
  const arm = Object.values<string>(ProductionVariantInstanceType).filter((type) => /^ml\.[cmr]\d+g/.test(type));
  expect(arm.length).toBeGreaterThan(30);
  for (const type of arm)
    expect(refusal('standard', { serving: { instanceType: type } })).toContain(`${type} is arm64`);
  for (const type of ['ml.g4dn.xlarge', 'ml.g5.xlarge'])
    expect(resolveConfig('standard', { serving: { instanceType: type } }).serving.instanceType).toBe(type);
});

test('trn types are not burstable, though they begin with t', () =>
  expect(resolveConfig('standard', { serving: { instanceType: 'ml.trn1.2xlarge' } }).serving.mode).toBe('real-time'));

test('every type that SageMaker trains on is accepted for training', () => {
  for (const type of Object.values<string>(TrainingInstanceType))
    expect(resolveConfig('sandbox', { training: { instanceType: type } }).training.instanceType).toBe(type);
});

test('without spot there is no waiting, so none is compared', () =>
  expect(
    resolveConfig('standard', { training: { spot: false, maxRuntimeMinutes: 120 } }).training.maxRuntimeMinutes,
  ).toBe(120));

test.each(profileNames)(
  '%s itself is accepted, and so is the managed engine where the endpoint is real-time',
  (name) => {
    expect(resolveConfig(name).profile).toBe(name);
    if (name !== 'sandbox') expect(resolveConfig(name, managed).monitoring.engine).toBe('managed');
  },
);
