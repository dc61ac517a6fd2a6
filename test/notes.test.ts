/** What bills or holds data says why it is there; no note is about something that is gone. */
import { optInRooms } from '../lib/rooms';
import { annotate, entries, isAbout, ofTypes, withoutStack } from '../scripts/docs/annotations';
import { document, leaves, under } from '../scripts/docs/documented';
import { schema } from '../scripts/docs/schemas';
import { synthesize, variants } from '../scripts/docs/synthesized';
import { resourceKinds } from '../scripts/shared/resource-kinds';
import { managed } from './shared/kit';

const resources = document(Object.keys(variants).map((name) => synthesize(name)));
const silent = (of: readonly Pick<(typeof resources)[number], 'room' | 'path' | 'type'>[]) =>
  of
    .filter((one) => annotate(one).why === undefined && !ofTypes.some(({ key }) => key === one.type))
    .map(({ room, path }) => `lib/${room}/notes.ts needs ${path}`);

test('every resource that bills or holds data says why it is there', () => {
  const notable = resources.filter(({ type }) => {
    const { idle, lost } = resourceKinds[type] ?? {};
    return idle !== 'free' || lost !== undefined;
  });
  expect(silent(notable)).toEqual([]);
  expect(silent([{ room: 'etl', path: 'Etl/Planted', type: 'AWS::SQS::Queue' }])).toEqual([
    'lib/etl/notes.ts needs Etl/Planted',
  ]);
});

test('the managed engine is described as the tests deploy it', () => {
  expect(variants.managed).toMatchObject({ profile: 'standard', config: { ...managed, rooms: optInRooms } });
});

const stacks = new Map(resources.map(({ room, stack }) => [stack, room]));

test('every stack says what breaks without it', () => {
  expect([...stacks].filter(([stack, room]) => withoutStack(room, stack) === undefined)).toEqual([]);
});

test('every note is about something that is deployed', () => {
  const stale = entries.flatMap((entry) => {
    const about = resources.filter((resource) => isAbout(entry, resource));
    return Object.keys(entry.reasons)
      .filter((property) =>
        property === 'why'
          ? about.length === 0 && !stacks.has(entry.key)
          : !about.some(({ values }) => under(values, property).length > 0),
      )
      .map((property) => `${entry.table} ${entry.key} ${property}`);
  });
  expect(stale).toEqual([]);
});

test('an exact path wins over a pattern, and keeps what only the pattern says', () => {
  const post = {
    room: 'serving',
    path: 'Serving/Predictions/Api/Default/predictions/POST',
    type: 'AWS::ApiGateway::Method',
  } as const;
  expect(annotate(post)).toMatchObject({
    why: expect.stringMatching(/^A batch of instances/),
    AuthorizationType: expect.stringMatching(/^IAM/),
  });
});

test('a property is a value when it is an intrinsic, and passes through lists', () => {
  expect(leaves({ A: { 'Fn::GetAtt': ['B', 'Arn'] }, C: [{ D: 1 }, { D: 2, E: [] }] })).toEqual(['A', 'C.D', 'C.E']);
});

test('what CloudFormation replaces is read from its schemas', () => {
  expect(schema('AWS::Glue::Table').replacing).toContain('TableInput.Name');
  expect(schema('AWS::DynamoDB::GlobalTable').mayReplace).toContain('KeySchema');
  expect(() => schema('AWS::No::Such')).toThrow('no schema of AWS::No::Such');
});
