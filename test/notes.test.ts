/** Every resource says why it is there, every property that CloudFormation could do without says why it is set. */
import { optInRooms } from '../lib/rooms';
import { stackNote, allSources, annotate, leaves } from '../scripts/docs/annotations';
import { schema } from '../scripts/docs/schemas';
import { synthesize, variants } from '../scripts/docs/synthesized';
import { managed } from './shared/kit';

const kits = Object.keys(variants).map((name) => synthesize(name));
const resources = kits.flatMap((kit) => kit.resources);

test.each(kits.map((kit) => [kit.name, kit] as const))(
  'in %s every resource says why it is there and what breaks without it',
  (_, kit) => {
    const silent = kit.resources.filter((resource) => {
      const { why, without } = annotate(resource);
      return why === undefined || without === undefined;
    });
    expect(silent.map(({ room, path }) => `lib/${room}/notes.ts needs ${path}`)).toEqual([]);
  },
);

test.each(kits.map((kit) => [kit.name, kit] as const))(
  'in %s every property that could be left out is explained',
  (_, kit) => {
    const unexplained = kit.resources.flatMap((resource) =>
      annotate(resource).unexplained.map((property) => `lib/${resource.room}/notes.ts: ${resource.path} ${property}`),
    );
    expect(unexplained).toEqual([]);
  },
);

test('the managed engine is described as the tests deploy it', () => {
  expect(variants.managed).toMatchObject({ profile: 'standard', config: { ...managed, rooms: optInRooms } });
});

test('every stack says what breaks without it', () => {
  const stacks = new Map(resources.map(({ room, stack }) => [stack, room]));
  expect([...stacks].filter(([stack, room]) => stackNote(room, stack).without === undefined)).toEqual([]);
});

test('every note is about something that is deployed, and no note hides another', () => {
  const used = new Set(
    resources.flatMap((resource) => {
      const { why, without, properties } = annotate(resource);
      return [why, without, ...properties.values()].flatMap((fact) => fact?.source ?? []);
    }),
  );
  const stacks = new Set(resources.map(({ room, stack }) => `${room} ${stack} without`));
  expect(allSources().filter((source) => !used.has(source) && !stacks.has(source))).toEqual([]);
});

describe('a property', () => {
  const bucket = { room: 'data-lake', path: 'DataLake/Raw', type: 'AWS::S3::Bucket' } as const;

  test('that nobody explains is found, below an explained neighbour too', () => {
    const properties = {
      ObjectLockEnabled: true,
      LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpiredObjectDeleteMarker: true }] },
    };
    expect(annotate({ ...bucket, properties }).unexplained).toEqual([
      'ObjectLockEnabled',
      'LifecycleConfiguration.Rules.ExpiredObjectDeleteMarker',
    ]);
  });

  test('that CloudFormation requires needs no reason', () => {
    const alias = { room: 'foundation', path: 'Foundation/Key/Alias', type: 'AWS::KMS::Alias' } as const;
    expect(annotate({ ...alias, properties: { AliasName: 'alias/kit' } }).unexplained).toEqual([]);
  });

  test('is a value when it is an intrinsic, and passes through lists', () => {
    expect(leaves({ A: { 'Fn::GetAtt': ['B', 'Arn'] }, C: [{ D: 1 }, { D: 2, E: [] }] })).toEqual(['A', 'C.D', 'C.E']);
  });
});

test('a resource without a note of its own or of its type has none', () => {
  const { why, without } = annotate({ room: 'etl', path: 'Etl/Planted', type: 'AWS::SQS::Queue', properties: {} });
  expect([why, without]).toEqual([undefined, undefined]);
});

test('what CloudFormation requires and replaces is read from its schemas', () => {
  expect(schema('AWS::SSM::Parameter').required).toEqual(['Value', 'Type']);
  expect(schema('AWS::Glue::Table').replacing).toContain('TableInput.Name');
  expect(schema('AWS::DynamoDB::GlobalTable').mayReplace).toContain('KeySchema');
  expect(() => schema('AWS::No::Such')).toThrow('no schema of AWS::No::Such');
});
