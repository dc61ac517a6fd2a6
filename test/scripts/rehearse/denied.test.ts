import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draw, isDenialOf, without } from '../../../scripts/rehearse/denied';
import { told, type Removal } from '../../../scripts/rehearse/grants';

const removal = (id: string, more: Partial<Removal> = {}): Removal => ({
  id,
  stack: 'mlkit-etl',
  path: ['Resources', 'Policy', 'Properties', 'PolicyDocument', 'Statement', 0],
  kind: 'identity',
  actions: ['s3:GetObject'],
  calls: {},
  edges: [],
  listed: [],
  ...more,
});
const called = { storm: [['mlkit-etl/JobRole1', 's3:GetObject']] as [string, string][] };

describe('draw', () => {
  test('takes the first scenario named, which is the fastest, and passes over what no scenario plays', () => {
    const calls = { unheard: called.storm, storm: called.storm, drift: called.storm };
    const statements = [removal('a'), removal('b', { calls }), removal('c', { calls: { unheard: called.storm } })];
    expect(draw(statements, 1)).toMatchObject({ statement: { id: 'b' }, scenario: 'storm' });
  });

  test('the same seed draws the same, other seeds others', () => {
    const statements = Array.from({ length: 50 }, (_, n) => removal(String(n), { calls: called }));
    const drawn = [1, 2, 3, 4, 5].map((seed) => draw(statements, seed).statement.id);
    expect([1, 2, 3, 4, 5].map((seed) => draw(statements, seed).statement.id)).toEqual(drawn);
    expect(new Set(drawn).size).toBe(5);
  });

  test('without a recording there is nothing to draw', () =>
    expect(() => draw([removal('a')], 1)).toThrow(/grants --record/));
});

test.each([
  ['mlkit-etl-JobRole1-0123456789ABC/run', 's3:GetObject', true],
  ['mlkit-etl-JobRole12-0123456789ABC/run', 's3:GetObject', false],
  ['mlkit-etl-JobRole1-0123456789ABC/run', 's3:PutObject', false],
])('%s denied %s is the refusal of the call: %s', (principal, action, expected) =>
  expect(isDenialOf({ principal, action }, ['mlkit-etl/JobRole1', 's3:GetObject'])).toBe(expected),
);

test('a name that CloudFormation cut, and a service, are known again', () => {
  const long = 'CustomS3AutoDeleteObjectsCustomResourceProviderRole3B1BD092';
  const principal = 'mlkit-data-lake-CustomS3AutoDeleteObjectsCustomReso7F2893644FFBF/handler';
  expect(isDenialOf({ principal, action: 'a' }, [`mlkit-data-lake/${long}`, 'a'])).toBe(true);
  const service = 'events.amazonaws.com';
  expect(isDenialOf({ principal: service, action: 'a' }, [service, 'a'])).toBe(true);
});

describe('without', () => {
  const edited = (more: Partial<Removal>): Record<string, { Properties: { PolicyDocument: unknown } }> => {
    const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
    const PolicyDocument = { Statement: [{ Action: 'first' }, { Action: 'second' }] };
    const properties = { templateFile: 'Etl.template.json', stackName: 'mlkit-etl' };
    const artifacts = { Etl: { type: 'aws:cloudformation:stack', properties } };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
    writeFileSync(
      join(folder, 'Etl.template.json'),
      JSON.stringify({ Resources: { Policy: { Properties: { PolicyDocument } } } }),
    );
    without(removal('a', more), folder);
    const { Resources } = JSON.parse(readFileSync(join(folder, 'Etl.template.json'), 'utf8')) as {
      Resources: ReturnType<typeof edited>;
    };
    rmSync(folder, { recursive: true });
    return Resources;
  };

  test("leaves something harmless in a role's policy, which may not be empty", () =>
    expect(edited({}).Policy!.Properties.PolicyDocument).toMatchObject({
      Statement: [{ Action: 'sts:GetCallerIdentity' }, { Action: 'second' }],
    }));

  test("takes a statement out of a resource's policy", () =>
    expect(edited({ kind: 'resource' }).Policy!.Properties.PolicyDocument).toEqual({
      Statement: [{ Action: 'second' }],
    }));

  test('takes a permission away whole', () =>
    expect(edited({ kind: 'resource', path: ['Resources', 'Policy'] })).toEqual({}));
});

test('the summary counts what notices and names what nothing does', () => {
  const statements = [
    removal('a', { calls: called }),
    removal('b', { edges: ['no permission'] }),
    removal('c', { listed: ['no images'] }),
    removal('d'),
  ];
  const found = { seconds: 1, decisions: { storm: 2 }, statements, rows: [0] };
  expect(told({ ...found, unaccounted: ['d'], overlooked: [], disagreements: [] })).toEqual([
    '4 statements, each removed alone, in 1 s; recorded decisions: storm 2',
    '  1 detected by a call that is no longer allowed',
    '  1 detected by the static checks of a rehearsal',
    '  1 on the list of grants that AWS needs and the emulator cannot exercise',
    'neither detected nor listed: d; is it needed?',
  ]);
});
