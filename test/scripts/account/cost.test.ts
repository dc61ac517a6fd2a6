import { resolveConfig } from '../../../lib/config';
import { algorithms } from '../../../lib/training/families';
import { optInRooms } from '../../../lib/rooms';
import { estimate, firstMonth, printEstimate } from '../../../scripts/account/cost';
import { assumptions } from '../../../scripts/account/cost/assumptions';
import type { CostLine, Estimate } from '../../../scripts/account/cost';
import { knownQuotas, priceList } from '../../../scripts/account/facts';
import { resourceKinds } from '../../../scripts/shared/resource-kinds';
import { managed } from '../../shared/kit';
import { synthesize } from '../../../scripts/shared/kit-app';
import { machineOf, type Templates } from '../../../scripts/shared/templates';

const listed = (...values: string[]) => ({ type: 'Categorical', values });
const grid = { strategy: 'Grid', ranges: { eta: listed('0.03', '0.1', '0.3'), max_depth: listed('4', '6', '8') } };

const variants: [string, string, object][] = [
  ['sandbox', 'sandbox', {}],
  ['sandbox with a dashboard', 'sandbox', { monitoring: { dashboard: true } }],
  ['standard', 'standard', {}],
  ['production', 'production', {}],
  ['sandbox that expires', 'sandbox', { serving: { expireAfterHours: 8 } }],
  ['sandbox with a grid', 'sandbox', { training: { tuning: grid } }],
  ['managed', 'standard', managed],
  ['sandbox with every room', 'sandbox', { rooms: optInRooms, warehouse: { adminSecret: true } }],
];
const synthesized = new Map<string, Templates>();
const of = (name: string): { templates: Templates; estimated: Estimate } => {
  const [, profile, config] = variants.find(([variant]) => variant === name)!;
  const resolved = resolveConfig(profile, config as Record<string, unknown>);
  const templates = synthesized.get(name) ?? synthesize(resolved);
  synthesized.set(name, templates);
  return { templates, estimated: estimate(resolved, templates) };
};
const linesOf = ({ idle, runs }: Estimate): CostLine[] => [...idle.lines, ...runs.flatMap(({ lines }) => lines)];

test('sandbox costs at most ten cents a day idle', () =>
  expect(of('sandbox').estimated.idle.usdPerDay).toBeLessThanOrEqual(0.1));

test('the idle figure counts one key, every metric of every alarm, and the daily monitor though its schedule is off', () => {
  const { templates, estimated } = of('sandbox');
  const units = (price: string) =>
    estimated.idle.lines.filter((line) => line.price === price).reduce((sum, line) => sum + line.units, 0);
  expect(units('kms:key') * (365 / 12)).toBeCloseTo(1);
  const watched = Object.values(templates)
    .flatMap(({ Resources }) => Object.values(Resources))
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(
      ({ Properties }) => (Properties?.Metrics as object[] | undefined)?.filter((m) => 'MetricStat' in m).length ?? 1,
    )
    .reduce((sum, metrics) => sum + metrics);
  expect(units('cloudwatch:alarm') * (365 / 12)).toBeCloseTo(watched);
  expect(watched).toBe(16);
  const monitor = estimated.idle.lines.filter(({ what }) => what.startsWith('daily monitor'));
  expect(monitor.map(({ price }) => price)).toContain('sagemaker:processing:ml.t3.medium');
  for (const { what } of monitor) expect(what).toContain('schedule is off: counted as if it were on');
});

test('a tuning job costs its trials, and those of a grid are its combinations', () => {
  const trials = (name: string) => {
    const tune = of(name).estimated.runs.find(({ run }) => run === 'tune')!;
    return tune.lines.map(({ what }) => /^(\d+) x .* of ml\.m5/.exec(what)?.[1]).find((count) => count !== undefined);
  };
  expect([trials('sandbox'), trials('sandbox with a grid')]).toEqual(['6', '9']);
});

test('an expiry costs its hourly looks, and no second monitor', () => {
  const [without, expiring] = ['sandbox', 'sandbox that expires'].map((name) => of(name).estimated.idle);
  const looks = expiring!.lines.filter(({ what }) => what.startsWith('hourly expiry'));
  const cost = looks.reduce((sum, { usd }) => sum + usd, 0);
  expect(cost * (365 / 12)).toBeCloseTo(0.165, 3);
  expect(expiring!.usdPerDay - without!.usdPerDay).toBeCloseTo(cost);
  expect(expiring!.lines.filter(({ what }) => what.startsWith('daily monitor'))).toHaveLength(
    without!.lines.filter(({ what }) => what.startsWith('daily monitor')).length,
  );
});

test.each(variants.map(([name]) => name))(
  '%s: every resource type is classified and every amount traceable',
  (name) => {
    const { templates, estimated } = of(name);
    expect(estimated.unpriced).toEqual([]);
    for (const { stack, resource, price, units, usd, per, pricedOn } of linesOf(estimated)) {
      const [logicalId = '', state] = resource.split('/');
      expect([stack, logicalId, templates[stack].Resources[logicalId] !== undefined]).toEqual([stack, logicalId, true]);
      if (state !== undefined)
        expect(JSON.stringify(templates[stack].Resources[logicalId]?.Properties?.DefinitionString)).toContain(state);
      expect({ usd, per, pricedOn }).toEqual({
        usd: units * priceList.prices[price]!.usd,
        per: priceList.prices[price]!.per,
        pricedOn: priceList.prices[price]!.checkedOn,
      });
    }
  },
);

test('a bake-off of all families costs at most thirty cents and half of the spot instances of a new account', () => {
  const { estimated, templates } = of('sandbox');
  const { usd, lines } = estimated.runs.find(({ run }) => run === `bake-off of ${algorithms.length} families`)!;
  expect(usd).toBeLessThanOrEqual(0.3);
  const instances = lines.filter(({ price }) => price === 'sagemaker:training:ml.m5.large');
  expect(instances.map(({ units }) => units)).toEqual([expect.closeTo((4 / 60) * algorithms.length)]);
  const { TrainFamilies } = machineOf(templates, 'training', 'Train').states;
  const quota = knownQuotas.find(({ name }) => name === 'ml.m5.large for spot training job usage');
  expect(TrainFamilies.MaxConcurrency).toBeLessThanOrEqual((quota!.newAccount ?? quota!.default) / 2);
});

test('what nobody has classified or priced is listed, not left out', () => {
  const config = resolveConfig('sandbox', { training: { instanceType: 'ml.m5.2xlarge' } });
  const templates = synthesize(config);
  templates.etl.Resources.Extra = { Type: 'AWS::Redshift::Cluster' };
  expect(estimate(config, templates).unpriced).toEqual([
    expect.stringMatching(/no row with the idle cost of AWS::Redshift::Cluster, which etl\/Extra is: add one/),
    expect.stringMatching(/^training\/TrainMachine\w+\/Train: sagemaker:training:ml\.m5\.2xlarge$/),
    expect.stringMatching(/^training\/TrainMachine\w+\/Tune: sagemaker:training:ml\.m5\.2xlarge$/),
    expect.stringMatching(/^training\/TrainMachine\w+\/TrainFamily: sagemaker:training:ml\.m5\.2xlarge$/),
  ]);
});

test('a second state machine of a stack is listed until a run prices it, and is not taken for the first', () => {
  const { templates, estimated } = of('sandbox');
  expect(estimated.unpriced).toEqual([]);
  const [id, machine] = Object.entries(templates.etl.Resources).find(([, { Type }]) => /StateMachine$/.test(Type))!;
  const config = resolveConfig('sandbox');
  const twice = (name: string): Templates => ({
    ...templates,
    etl: { Resources: { ...templates.etl.Resources, [name]: machine } },
  });
  expect(estimate(config, twice('Second')).unpriced).toEqual([expect.stringMatching(/^etl\/Second: a state machine/)]);
  expect(() => estimate(config, twice(`${id}Twin`))).toThrow(
    'stack etl has 2 AWS::StepFunctions::StateMachine Prepare',
  );
});

test('a thousand documents cost two analyses of each, and little beside', () => {
  const runs = (name: string) => of(name).estimated.runs.find(({ run }) => run === 'analyze 1000 documents');
  const { usd, lines } = runs('sandbox with every room')!;
  // Ten units of 100 characters for either analysis.
  expect(lines.find(({ price }) => price === 'comprehend:unit')?.usd).toBeCloseTo(1000 * 2 * 10 * 0.0001);
  expect(usd).toBeLessThan(2.02);
  expect(runs('sandbox')).toBeUndefined();
});

test('the warehouse costs at rest what its admin does, and nothing without one', () => {
  const warehouse = (estimated: Estimate) => estimated.idle.lines.filter(({ stack }) => stack === 'warehouse');
  expect(warehouse(of('sandbox with every room').estimated)).toMatchObject([{ price: 'secretsmanager:secret' }]);
  const without = resolveConfig('sandbox', { rooms: ['warehouse'] });
  expect(warehouse(estimate(without, synthesize(without)))).toEqual([]);
});

test('an interface endpoint bills each of its zones, all day', () => {
  const config = resolveConfig('production');
  const templates = synthesize(config);
  const before = estimate(config, templates).idle.usdPerDay;
  templates.foundation.Resources.Extra = {
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] },
  };
  expect(estimate(config, templates).idle.usdPerDay - before).toBeCloseTo(2 * 24 * 0.01);
});

test('no price, assumption or resource type is kept that nothing uses', () => {
  const all = variants.map(([name]) => of(name));
  const used = new Set(all.flatMap(({ estimated }) => linesOf(estimated)).map(({ price }) => price));
  // Instance types and endpoints are there for other configurations than the profiles', the last two for `kit query`.
  const others = /:ml\.|^vpc:interface-endpoint$|^athena:scanned$|^redshift-serverless:rpu$/;
  expect(Object.keys(priceList.prices).filter((price) => !used.has(price) && !others.test(price))).toEqual([]);
  const types = new Set(
    all
      .flatMap(({ templates }) => Object.values(templates).flatMap(({ Resources }) => Object.values(Resources)))
      .map(({ Type }) => Type),
  );
  const optional = ['AWS::CDK::Metadata', 'AWS::SNS::Subscription'];
  const declared = Object.entries(resourceKinds).flatMap(([type, { idle }]) => (idle === undefined ? [] : [type]));
  expect(declared.filter((type) => !types.has(type) && !optional.includes(type))).toEqual([]);
  for (const { why, value } of Object.values(assumptions)) expect([why.length > 10, value > 0]).toEqual([true, true]);
});

test('a story is its runs, and a month of it what --max-usd compares', () => {
  const { estimated } = of('sandbox');
  const { story, runs, idle } = estimated;
  for (const { run, times, usd } of story.parts)
    expect(usd).toBeCloseTo(times * runs.find((each) => each.run === run)!.usd);
  expect(firstMonth(estimated)).toBeCloseTo(idle.usdPerMonth + story.usd);
  expect(idle.usdPerMonth).toBeCloseTo((idle.usdPerDay * 365) / 12);
});

test('is printed by stack, dearest first, each line with its resource and the day of its price', () => {
  const lines: string[] = [];
  printEstimate(of('standard').estimated, { line: (text) => lines.push(text), progress: () => undefined });
  expect(lines[2]).toMatch(/^while it exists {2}5\.\d\d per day, 17\d\.\d\d per month$/);
  expect(lines).toContain('      5.52    2 x ml.m5.large once a model serves (EndpointConfig, 2026-11-22)');
});
