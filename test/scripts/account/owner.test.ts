import fc from 'fast-check';
import { names } from '../../../lib/shared/names';
import { roomNames, stacksOf } from '../../../lib/rooms';
import { jobOwns, pathOwns, stackOwns } from '../../../scripts/account/sweep/owner';

test.each([
  ['ml', 'ml-etl-FeaturesJobA8B8600F-3CF39', true],
  ['ml', 'ml-etl', true],
  ['ml', 'ml-data-lake-raw72517081-f916fe2fa0bac', true],
  // The stack belongs to the kit `ml-etl`.
  ['ml', 'ml-etl-foundation-Key', false],
  ['ml-etl', 'ml-etl-foundation-Key', true],
  ['ml', 'mlkit-etl-FeaturesJob', false],
  // CloudFormation keeps 24 characters of `abcdefghijklmno-serving-model`.
  ['abcdefghijklmno', 'abcdefghijklmno-serving--ServiceRole-3CF396EF50FC', true],
])('kit %s, %s: %s', (kit, name, mine) => {
  expect(stackOwns(kit, name)).toBe(mine);
});

test('no name that CloudFormation derives from a stack is claimed by two kits', () => {
  const kit = fc.oneof(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,13}[a-z0-9]$/),
    // What could be taken for the beginning of another kit's stack.
    fc
      .tuple(fc.stringMatching(/^[a-z][a-z0-9]?$/), fc.constantFrom(...roomNames))
      .map(([head, room]) => `${head}-${room}`.slice(0, 15)),
  );
  const name = fc.tuple(
    kit,
    fc.constantFrom(...stacksOf().map(({ stack }) => stack)),
    fc.stringMatching(/^[A-Z][A-Za-z]{3,10}[0-9A-F]{8}$/),
  );
  fc.assert(
    fc.property(kit, name, (other, [owner, room, id]) => {
      const physical = `${names.stack(owner, room)}-${id}`;
      expect(stackOwns(owner, physical)).toBe(true);
      fc.pre(other !== owner);
      expect(stackOwns(other, physical)).toBe(false);
    }),
  );
});

test('a job is told by the hash after the kit, so that a kit whose name goes on is left alone', () => {
  expect(jobOwns('ml', 'ml-0123456789ab')).toBe(true);
  expect(jobOwns('ml', 'ml-0123456789ab-001-5e1f0a2b')).toBe(true);
  expect(jobOwns('ml', 'ml-etl-0123456789ab')).toBe(false);
});

test('a log group is told by the part of its path that names a function or machine', () => {
  expect(pathOwns('ml', '/aws/lambda/ml-data-lake-CustomS3AutoDelete-A1')).toBe(true);
  expect(pathOwns('ml', '/aws/lambda/ml')).toBe(false);
});
