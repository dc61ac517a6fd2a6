import fc from 'fast-check';
import { resolveConfig } from '../../../lib/config';
import { xgboostRegions } from '../../../lib/shared/xgboost-image';
import {
  BOOTSTRAP_VERSION,
  type DeployedStack,
  featuresInUse,
  fixedNames,
  judgeBootstrap,
  judgeBudget,
  judgeBudgets,
  judgeDeployed,
  judgeFeatures,
  judgeLeftovers,
  judgeNames,
  judgeQuota,
  judgeRegion,
  judgeTool,
  worst,
} from '../../../scripts/account/doctor/judge';
import { needs } from '../../../scripts/account/doctor/needs';
import { closedFeatures, refusal } from '../../../scripts/account/facts';
import { managed } from '../../shared/kit';
import { synthesize } from '../../../scripts/shared/kit-app';

const needed = (profile: string, config: Record<string, unknown> = {}) =>
  Object.fromEntries(needs(resolveConfig(profile, config)).map((need) => [need.name, need]));

describe('quotas', () => {
  test('are those of exactly the configured types', () => {
    expect(Object.keys(needed('sandbox')).sort()).toEqual([
      'Concurrent executions',
      'Max task DPUs per account',
      'Maximum number of serverless endpoints',
      'Maximum total concurrency that can be allocated across all serverless endpoints',
      'ml.m5.large for spot training job usage',
      'ml.t3.large for processing job usage',
      'ml.t3.medium for processing job usage',
    ]);
    expect(needed('standard', { training: { spot: false, instanceType: 'ml.c5.xlarge' } })).toMatchObject({
      'ml.c5.xlarge for training job usage': { least: 1 },
      'ml.m5.large for endpoint usage': { least: 4, comfortable: { value: 8 }, code: 'L-614B09FD' },
    });
    // Its release starts the new instance before the old one goes.
    expect(needed('sandbox', { serving: { mode: 'instance' } })).toMatchObject({
      'ml.t2.medium for endpoint usage': { least: 2, comfortable: { value: 2 } },
    });
    expect(needed('standard', managed)).not.toHaveProperty(['ml.t3.medium for processing job usage']);
  });

  test('a code that is not written down is left out, so that the name is looked up', () => {
    expect(needed('sandbox')['Maximum number of serverless endpoints']).not.toHaveProperty('code');
  });

  const need = {
    service: 'sagemaker',
    name: 'ml.m5.large for endpoint usage',
    least: 4,
    what: 'two fleets',
    comfortable: { value: 8, short: 'a release fails' },
  };

  test('a missing one is named with its code, both values and the command that asks for more', () => {
    expect(judgeQuota(need, { code: 'L-614B09FD', applied: null, default: 0 }, 'us-east-1')).toEqual({
      about: 'quota',
      verdict: 'fail',
      found: 'ml.m5.large for endpoint usage (L-614B09FD): 0, AWS default 0; 4 are needed for two fleets',
      fix: 'aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code L-614B09FD --desired-value 4 --region us-east-1',
      evidence: { name: need.name, code: 'L-614B09FD', applied: null, default: 0, needed: 4, comfortable: 8 },
    });
    expect(judgeQuota(need, null, 'us-east-1')).toMatchObject({
      verdict: 'warn',
      fix: expect.stringContaining('us-east-1'),
    });
  });

  test('what is applied counts before the default, and more is never worse', () => {
    const rank = { fail: 0, warn: 1, ok: 2 };
    const verdict = (applied: number | null, given: number | null) =>
      judgeQuota(need, { code: 'L-614B09FD', applied, default: given }, 'us-east-1').verdict;
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.nat(20), (applied, more, given) => {
        expect(verdict(applied, given)).toBe(verdict(null, applied));
        expect(rank[verdict(applied + more, given)]).toBeGreaterThanOrEqual(rank[verdict(applied, given)]);
      }),
    );
    expect([3, 4, 7, 8].map((value) => verdict(value, 0))).toEqual(['fail', 'warn', 'warn', 'ok']);
  });
});

describe('closed features', () => {
  const templates = synthesize(resolveConfig('sandbox'));
  const used = () => featuresInUse(templates, closedFeatures).map(({ feature, where }) => [feature.feature, where]);

  test('the kit uses none unless it is told to', () => {
    expect(used()).toEqual([]);
    const closed = featuresInUse(synthesize(resolveConfig('standard', managed)), closedFeatures);
    expect(closed.map(({ feature }) => feature.feature)).toEqual(['SageMaker Model Monitor', 'SageMaker Clarify']);
    expect(closed.flatMap(({ where }) => where).filter((at) => at.includes('Role'))).toEqual([]);
    const [refused] = judgeFeatures(closed, { refusal, customer: false });
    expect(refused).toMatchObject({ verdict: 'fail', fix: expect.stringContaining('"open"') });
    expect(refused?.found).toContain('SageMaker Model Monitor is closed to new customers since 2026-07-30');
    expect(refused?.found).toContain('maintenance mode');
    expect(judgeFeatures(closed, { refusal, customer: true }).map(({ verdict }) => verdict)).toEqual(['warn', 'warn']);
  });

  test.each([
    ['a type', { Type: 'AWS::SageMaker::HumanTaskUi' }, 'Amazon Augmented AI (A2I)'],
    ['a value', { Type: 'AWS::Glue::Job', Properties: { GlueVersion: '2.0' } }, 'AWS Glue 0.9, 1.0 and 2.0'],
    [
      'any value of a property',
      { Type: 'AWS::SNS::Topic', Properties: { DataProtectionPolicy: {} } },
      'Amazon SNS message data protection',
    ],
    ['a field', { Type: 'AWS::SageMaker::EndpointConfig', Properties: { ExplainerConfig: {} } }, 'SageMaker Clarify'],
    [
      'a request in a machine',
      machine({ Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync', Arguments: { DebugHookConfig: {} } }),
      'SageMaker Debugger',
    ],
    [
      'a call of a machine',
      machine({ Resource: 'arn:aws:states:::aws-sdk:rekognition:startMediaAnalysisJob' }),
      'Rekognition streaming video and bulk image analysis',
    ],
    [
      'an image',
      machine({ Arguments: { ImageUri: '1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0' } }),
      'SageMaker Clarify',
    ],
  ])('%s is found where it is', (_, resource, feature) => {
    templates.etl.Resources.Planted = resource;
    try {
      expect(used()).toEqual([[feature, ['etl/Planted']]]);
    } finally {
      delete templates.etl.Resources.Planted;
    }
  });

  function machine(state: object) {
    return {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: { 'Fn::Join': ['', [JSON.stringify({ States: { Do: state } }), { Ref: 'X' }]] } },
    };
  }
});

describe('names', () => {
  test('of the longest kit fit, and a longer one is told which does not', () => {
    const kit = 'a'.repeat(15);
    const fixed = fixedNames(synthesize(resolveConfig('standard', { kit })));
    expect(fixed.map(({ name }) => name)).toContain(kit);
    expect(judgeNames(kit, fixed).verdict).toBe('ok');
    expect(judgeNames('a'.repeat(20), fixed)).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('longer than 32'),
    });
    const long = { where: 'serving-model/Endpoint', name: 'e'.repeat(64), limit: 63 };
    expect(judgeNames(kit, [long])).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('serving-model/Endpoint'),
    });
    expect(judgeNames('sthree', fixed)).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('sthree begins with sthree-, which is reserved'),
    });
  });
});

describe('what is there', () => {
  const all = ['mlkit-etl', 'mlkit-training'];
  const stack = (name: string, over: Partial<DeployedStack> = {}): DeployedStack => ({
    name,
    status: 'UPDATE_COMPLETE',
    profile: 'sandbox',
    updatedAt: new Date('2026-11-22T00:00:00Z'),
    ...over,
  });

  test.each([
    ['nothing', [], 'ok', 'nothing yet'],
    ['all', all.map((name) => stack(name)), 'ok', '2 stacks, profile sandbox, last changed 2026-11-22T00:00:00.000Z'],
    ['half', [stack('mlkit-etl')], 'warn', '1 of 2 stacks'],
    [
      'another profile',
      [stack('mlkit-etl', { profile: 'standard' })],
      'warn',
      'deployed as profile standard, asked for sandbox',
    ],
    ['a failed one', [stack('mlkit-etl', { status: 'ROLLBACK_COMPLETE' })], 'warn', 'mlkit-etl is ROLLBACK_COMPLETE'],
  ])('%s', (_, stacks, verdict, found) => {
    expect(judgeDeployed(stacks, all.length, 'sandbox')).toMatchObject({ verdict, found });
  });

  test('leftovers are told, and those that take a name fail', () => {
    const fixed = [{ where: 'training/Champion', name: '/mlkit/champion', limit: 1011 }];
    const bucket = 'arn:aws:s3:::mlkit-data-lake-raw';
    const parameter = 'arn:aws:ssm:us-east-1:123456789012:parameter/mlkit/champion';
    const verdicts = (tagged: string[], stacks: number) =>
      judgeLeftovers('mlkit', tagged, stacks, fixed).map(({ verdict }) => verdict);
    expect(verdicts([], 0)).toEqual(['ok']);
    expect(verdicts([bucket, parameter], 8)).toEqual(['ok']);
    expect(verdicts([bucket], 0)).toEqual(['warn']);
    expect(verdicts([bucket, parameter], 0)).toEqual(['warn', 'fail']);
  });
});

test('tools are compared as versions, not as text', () => {
  const tool = { name: 'node', wanted: '20', exactly: false, verdict: 'fail', fix: 'npm run setup' } as const;
  const verdict = (found: string | null, over = {}) => judgeTool({ ...tool, found, ...over }).verdict;
  expect([verdict('20.0.0'), verdict('100.1.0'), verdict('9.9.9'), verdict(null)]).toEqual([
    'ok',
    'ok',
    'fail',
    'fail',
  ]);
  const pinned = { exactly: true, wanted: '2.1148.1' };
  expect([verdict('2.1148.1', pinned), verdict('3.0.0', pinned)]).toEqual(['ok', 'fail']);
  expect(verdict('3.9.1', { wanted: '3.11', verdict: 'warn' })).toBe('warn');
});

test('bootstrap, Region and budget say what mends them', () => {
  const bootstrap = (version: number | null) => judgeBootstrap(version, '123456789012', 'eu-west-1');
  expect(bootstrap(BOOTSTRAP_VERSION).verdict).toBe('ok');
  for (const version of [null, BOOTSTRAP_VERSION - 1])
    expect(bootstrap(version)).toMatchObject({
      verdict: 'fail',
      fix: 'npx cdk bootstrap aws://123456789012/eu-west-1',
    });
  expect(judgeRegion('eu-west-1', xgboostRegions).verdict).toBe('ok');
  expect(judgeRegion('mars-1', xgboostRegions)).toMatchObject({
    verdict: 'fail',
    fix: expect.stringContaining('us-east-1'),
  });
  expect([4, 20, 24, 26].map((usd) => judgeBudget(usd, 25).verdict)).toEqual(['ok', 'ok', 'warn', 'fail']);
});

test('an account that may have no budgets is told before it is deployed to', () => {
  const refusal = 'Account 123456789012 is a linked account. To enable budgets for your account, ask the payer account';
  expect(judgeBudgets(null, 25).verdict).toBe('ok');
  expect(judgeBudgets(refusal, 25)).toMatchObject({ verdict: 'fail', fix: expect.stringContaining('null') });
  expect(judgeBudgets(refusal, null).verdict).toBe('ok');
  expect(judgeBudget(4, null).verdict).toBe('ok');
});

test('a diagnosis is as bad as its worst check', () => {
  expect(worst([])).toBe('ok');
  expect(worst([{ verdict: 'warn' }, { verdict: 'fail' }, { verdict: 'ok' }])).toBe('fail');
});
