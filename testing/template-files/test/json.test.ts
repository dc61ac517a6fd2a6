import fc from 'fast-check';
import { applied, changes, difference, print } from '../json';

/** Any JSON, as an object below which everything can differ. */
const json = fc.object({
  // No template has a key that JavaScript takes for the prototype.
  key: fc.string().filter((key) => key !== '__proto__'),
  values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
  maxDepth: 4,
});
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('what makes one value of another makes it of any two', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const [from, to] = [plain(a), plain(b)];
      expect(applied(from, plain(difference(from, to)) as object)).toEqual(to);
    }),
  );
});

test.each([
  [[1, 2, 3], [1, 3], { removed: ['/list/1'] }],
  [[1, 2, 3, 4], [1, 4], { removed: ['/list/1', '/list/2'] }],
  [[1, 4], [1, 2, 3, 4], { added: { '/list/1': 2, '/list/2': 3 } }],
  [[{ a: 1, b: 1 }], [{ a: 2, b: 1 }], { changed: { '/list/0/a': 2 } }],
])('a list %j that becomes %j', (from, to, expected) => {
  expect(difference({ list: from }, { list: to })).toEqual(expected);
  expect(applied({ list: from }, expected as object)).toEqual({ list: to });
});

test('a key with a slash has one name in a path', () => {
  expect(changes({ 'a/b~c': 1 }, { 'a/b~c': 2 })).toEqual([{ path: '/a~1b~0c', from: 1, to: 2 }]);
  expect(applied({ 'a/b~c': 1 }, { changed: { '/a~1b~0c': 2 } })).toEqual({ 'a/b~c': 2 });
});

test('a path that leads to nothing is refused', () => {
  expect(() => applied({}, { changed: { '/a/b': 1 } })).toThrow('/a/b leads to nothing');
});

test('text is JSON, on one line where it fits', () => {
  expect(print({ a: [1, { b: 'c' }], d: {} })).toBe('{ "a": [1, { "b": "c" }], "d": {} }');
  const long = { key: Array.from({ length: 40 }, (_, i) => `value ${i}`), last: null };
  expect(JSON.parse(print(long))).toEqual(long);
  expect(print(long).split('\n')).toHaveLength(45);
  fc.assert(fc.property(json, (value) => expect(JSON.parse(print(plain(value)))).toEqual(plain(value))));
});
