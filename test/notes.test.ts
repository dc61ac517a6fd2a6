/** Notes are found for the resources that they are about, and none is about something that is gone. */
import { optInRooms } from '../lib/rooms';
import { annotate, entries, isAbout } from '../scripts/docs/annotations';
import { document, leaves, under } from '../scripts/docs/documented';
import { schema } from '../scripts/docs/schemas';
import { synthesize, variants } from '../scripts/docs/synthesized';
import { managed } from './shared/kit';

const resources = document(Object.keys(variants).map((name) => synthesize(name)));
test('the managed engine is described as the tests deploy it', () => {
  expect(variants.managed).toMatchObject({ profile: 'standard', config: { ...managed, rooms: optInRooms } });
});

test('every note is about something that is deployed', () => {
  const stale = entries.flatMap((entry) => {
    const about = resources.filter((resource) => isAbout(entry, resource));
    return Object.keys(entry.reasons)
      .filter((property) =>
        property === 'why' ? about.length === 0 : !about.some(({ values }) => under(values, property).length > 0),
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
    'Integration.TimeoutInMillis': expect.stringMatching(/^The longest/),
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
