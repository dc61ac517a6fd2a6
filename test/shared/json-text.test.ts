import fc from 'fast-check';
import { parseJson } from '../../lib/shared/json-text';

test.each([
  ['{"a":}', 'line 1, column 6: Unexpected token'],
  ['{\n  "a": 1,\n  b: 2\n}', 'line 3, column 3'],
  ['{"a": 1,}', 'line 1, column 9'],
  ["{'a': 1}", 'line 1, column 2'],
  ['{"a": [1, 2', 'line 1, column 12'],
  ['{"a": NaN}', 'line 1, column 7: Unexpected token'],
  ['[1]\n[2]', 'line 2, column 1'],
  ['{"score": 0.5, "text": "a\u0000b"}', 'line 1, column 26'],
])('%j is refused with its place', (text, place) => {
  expect(() => parseJson(text, 'request.json')).toThrow(`request.json is not JSON: ${place}`);
});

test('a byte order mark is nothing, and nothing is no JSON', () => {
  expect(parseJson('\uFEFF{"a":1}', 'request.json')).toEqual({ a: 1 });
  expect(() => parseJson('\uFEFF \n', 'request.json')).toThrow('request.json is empty');
});

test('any JSON is read, and any place of a stray character is found', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
      const text = JSON.stringify([value], undefined, 1);
      expect(parseJson(text, 'x')).toEqual(JSON.parse(text));
      // After the value a character can be nothing but wrong.
      const lines = at % 5;
      expect(() => parseJson(`${text}${'\n'.repeat(lines)}?`, 'x')).toThrow(
        lines === 0
          ? `column ${text.length - text.lastIndexOf('\n')}:`
          : `line ${text.split('\n').length + lines}, column 1:`,
      );
    }),
  );
});
