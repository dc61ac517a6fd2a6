/** What `npm run docs` is made of; test/datasets/nyc-flights/docs.test.ts holds the pages to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../package.json';
import { ROOT } from '../scripts/shared/cdk';
import { differing, leaves, plain } from '../scripts/docs/documented';
import { summarized } from '../scripts/docs/grants';
import { optInRooms } from '../lib/rooms';
import { type Knob, knobs } from '../scripts/docs/configuration';
import { difference } from '../scripts/docs/difference';
import { graphOf } from '../scripts/docs/graph';
import { neededBy } from '../scripts/docs/look';
import { machineSketch } from '../scripts/docs/sketches';
import { synthesize } from '../scripts/docs/synthesized';
import { type Json, stackOf } from '../scripts/shared/templates';
import { resourceKinds } from '../scripts/shared/resource-kinds';
import { consequence, knobs as examples } from '../scripts/docs/upgrading';

const resource = { room: 'etl', stack: 'Etl', path: 'Etl/X', type: 'T', reasons: {} } as const;

describe('what differs', () => {
  const differ = (values: Record<string, Record<string, string>>) =>
    differing({
      ...resource,
      in: ['a', 'b'],
      values: new Map(Object.entries(values).map(([leaf, byVariant]) => [leaf, new Map(Object.entries(byVariant))])),
    }).map(({ property, values: found }) => [property, Object.fromEntries(found)]);

  test('is a value that is not the same', () => {
    expect(differ({ Size: { a: '1', b: '2' }, Mode: { a: 'x', b: 'x' } })).toEqual([['Size', { a: '`1`', b: '`2`' }]]);
  });

  test('is one row for all that only one of them sets', () => {
    const step = { 'Step.Type': { b: 'Task' }, 'Step.Retry.Max': { b: '2' } };
    expect(differ({ ...step, 'Other.Type': { a: 'Pass', b: 'Pass' } })).toEqual([['Step', { b: 'set' }]]);
  });

  test('keeps the value of a property that stands alone', () => {
    expect(differ({ 'Env.STREAM': { a: 's' }, 'Env.KIT': { a: 'k', b: 'k' } })).toEqual([['Env.STREAM', { a: '`s`' }]]);
  });
});

test('grants that differ in nothing but the resource are one row, and a bucket goes with its objects', () => {
  const read = { actions: 'read objects', condition: '', in: ['a'] };
  const rows = summarized([
    { ...read, on: '`Raw`, `Raw/x/*`' },
    { ...read, on: '`Curated/*`' },
    { ...read, on: '`Raw/y/*`', in: ['a', 'b'] },
  ]);
  expect(rows.map(({ on }) => on)).toEqual(['`Raw/x/*`, `Curated/*`', '`Raw/y/*`']);
});

test('text shows construct paths and hides hashes', () => {
  expect(plain(`s3://\${DataLake/Raw}/${'0f'.repeat(32)}.zip in \${AWS::Region}`)).toBe(
    's3://DataLake/Raw/<hash>.zip in <Region>',
  );
});

test('the changelog begins with the version of the package', () => {
  const [, newest] = /^## (\S+)/m.exec(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'))!;
  expect([version, 'Unreleased']).toContain(newest);
});

describe('the picture', () => {
  const kit = synthesize('sandbox');
  const edges = (of: typeof kit) => graphOf(of).edges.map(({ from, to }) => `${from} > ${to}`);

  test('runs against the lifecycle only where results are written, predictions captured, a champion named and a training started', () => {
    const { edges: all } = graphOf(kit);
    expect(
      all
        .filter(({ back }) => back)
        .map(({ from, to }) => `${from} > ${to}`)
        .sort(),
    ).toEqual([
      'Etl/Features/Job > DataLake/Curated',
      'Monitoring/Monitor/Machine/jobs > DataLake/Artifacts',
      'Retraining/StartRetraining > Training/Train/Machine',
      'Serving/Predict > DataLake/Capture/Stream',
      'Serving/Release/Machine/Machine > Training/Champion',
      'Training/Train/Machine/jobs > DataLake/Artifacts',
    ]);
  });

  test('loses a line with the grant, the target or the event that it stands for', () => {
    const without = (change: (properties: Json, path: string) => void) => {
      const templates = structuredClone(kit.templates);
      for (const { stack, id, path } of kit.resources)
        change(templates[stackOf(stack).stack].Resources[id]?.Properties, path);
      const left = edges({ ...kit, templates, text: (stack, value) => kit.text(stack, value) });
      return edges(kit).filter((edge) => !left.includes(edge));
    };
    const granting = (action: string) => (properties: Json, path: string) => {
      if (path === 'Serving/Predict/ServiceRole/DefaultPolicy')
        properties.PolicyDocument.Statement = properties.PolicyDocument.Statement.filter(
          ({ Action }: Json) => Action !== action,
        );
    };
    expect(without(granting('firehose:PutRecord'))).toEqual(['Serving/Predict > DataLake/Capture/Stream']);
    expect(
      without((properties, path) => path === 'Retraining/TrainEnded' && delete properties.EventPattern.detail),
    ).toEqual(['Training/Train/Machine > Retraining/TrainEnded']);
    expect(without((properties, path) => path === 'Etl/ManifestLanded' && (properties.Targets = []))).toEqual([
      'Etl/ManifestLanded > Etl/Prepare/Machine',
    ]);
  });
});

describe('a page of a room', () => {
  const kit = synthesize('sandbox');

  test('draws the way through a machine, without what fails and without reads', () => {
    const { source } = machineSketch('Release', kit);
    const ways = [...source.matchAll(/(\w+ -> \w+)/g)].map(([, way]) => way);
    expect(ways).toEqual(
      expect.arrayContaining(['TakeLease -> UpdateStack', 'AskEndpoint -> WriteChampion', 'AskEndpoint -> PutBack']),
    );
    expect(ways.length).toBeLessThan(20);
    expect(source).not.toMatch(/Alert|Failed|ReturnLeaseAfterFailure|Describe|Poll/);
  });

  test('says which stacks import from its own', () => {
    expect(neededBy('Training', kit).join('\n')).toContain('| mlkit-retraining | Train/Machine |');
    expect(neededBy('Monitoring', kit)).toEqual(['No other stack imports anything from it.']);
  });

  test('refuses a knob that changes nothing', () => {
    expect(() => difference('Etl {"etl":{"workers":2}}')).toThrow('changes nothing in Etl');
  });
});

test('every knob says what it does', () => {
  expect(knobs().length).toBeGreaterThan(50);
  expect(knobs().filter(({ description }) => description === undefined)).toEqual([]);
});

/** All other knobs, each with another value that it may have: changed together, they may replace or remove nothing stateful. */
function inPlace(): Record<string, unknown> {
  const listed = [...examples.flatMap(({ change }) => leaves(change)), 'kit', 'profile', 'rooms'];
  const changed: Json = {};
  for (const knob of knobs().filter((one) => !listed.includes(one.knob))) {
    const [slice = '', ...path] = knob.knob.split('.');
    const value = another(knob);
    // An optional knob without a default adds a resource, and removes none.
    if (value === undefined) continue;
    path.slice(0, -1).reduce((at, key) => (at[key] ??= {}), (changed[slice] ??= {}))[path.at(-1)!] = value;
  }
  return changed;
}

function another({ default: value, enum: names, anyOf, maximum }: Knob): unknown {
  const choices = names ?? anyOf?.flatMap(({ const: only }) => (only === undefined ? [] : [only])) ?? [];
  if (choices.length > 0) return choices.find((choice) => choice !== value);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') {
    const step = Number.isInteger(value) ? 1 : value / 10;
    return maximum !== undefined && value + step > maximum ? value - step : value + step;
  }
  return typeof value === 'string' && value.startsWith('ml.') ? 'ml.m5.xlarge' : undefined;
}

describe('an upgrade', () => {
  const before = synthesize('sandbox');
  const changed = (change: (resources: Json[]) => Json[]) => {
    const resources = change(structuredClone(before.resources) as unknown as Json[]) as typeof before.resources;
    return consequence(before, { ...before, resources, text: (stack, value) => before.text(stack, value) });
  };

  test('by any knob that the page does not list replaces and removes nothing that holds data', () => {
    const types = new Map(before.resources.map(({ path, type }) => [path, type]));
    const { replaced, removed } = consequence(
      before,
      synthesize('sandbox', { profile: 'sandbox', config: { ...inPlace(), rooms: optInRooms } }),
    );
    expect(
      [...replaced, ...removed].filter((path) => resourceKinds[types.get(path) ?? '']?.lost !== undefined),
    ).toEqual([]);
  });

  test('replaces what gets another name, and says what goes and what is kept', () => {
    const rename = (resources: Json[]) =>
      resources.map((one) => {
        if (one.path === 'DataLake/Catalog/Features') one.properties.TableInput.Name = 'other';
        return one;
      });
    expect(changed(rename)).toEqual({ replaced: ['DataLake/Catalog/Features'], removed: [] });
    expect(changed((resources) => resources.filter(({ path }) => path !== 'DataLake/Raw'))).toEqual({
      replaced: [],
      removed: ['DataLake/Raw'],
    });
  });
});
