import * as fc from 'fast-check';
import { masked, type Span } from '../../lambda/ai-services/analyze-text/mask';

const span = (begin: number, end: number, type: string): Span => ({ begin, end, type });

test('each span is replaced by its type, and nothing else changes', () => {
  const text = 'Call Ann at 555-0100, please';
  expect(masked(text, [span(12, 20, 'PHONE'), span(5, 8, 'NAME')])).toBe('Call [NAME] at [PHONE], please');
  expect(masked(text, [])).toBe(text);
});

test('offsets count code points: a pair of surrogates before a span is one', () => {
  expect(masked('👩‍✈️ is Ann', [span(8, 11, 'NAME')])).toBe('👩‍✈️ is [NAME]');
});

test('spans that overlap become one with both types, each once', () => {
  const spans = [span(0, 6, 'NAME'), span(3, 9, 'EMAIL'), span(8, 10, 'NAME')];
  expect(masked('0123456789abc', spans)).toBe('[NAME/EMAIL]abc');
});

test('a part of the text shows a span that reaches beyond it as a whole', () => {
  const text = 'Ann Smith of Boston';
  expect(masked(text, [span(0, 9, 'NAME')], 4, 19)).toBe('[NAME] of Boston');
  expect(masked(text, [span(0, 9, 'NAME')], 10, 19)).toBe('of Boston');
  expect(masked(text, [span(4, 15, 'NAME')], 0, 7)).toBe('Ann [NAME]');
  expect(masked(text, [span(4, 9, 'NAME')], 0, 4)).toBe('Ann ');
  expect(masked(text, [span(0, 4, 'NAME')], 4, 9)).toBe('Smith');
});

/** Every code point of a text is another one, so that what leaks is seen; half of them are pairs of surrogates. */
const points = (count: number) =>
  Array.from({ length: count }, (_, i) => String.fromCodePoint((i % 2 === 0 ? 0x4e00 : 0x1f300) + i));

const cases = fc.integer({ min: 1, max: 80 }).chain((count) => {
  const place = fc.tuple(fc.nat(count), fc.nat(count)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const spans = fc.array(
    fc
      .tuple(place, fc.constantFrom('NAME', 'EMAIL', 'PHONE'))
      .map(([[begin, end], type]) => span(begin, end, type))
      .filter(({ begin, end }) => begin < end),
    { maxLength: 8 },
  );
  return fc.record({ points: fc.constant(points(count)), spans, place });
});

test('no point of a detected span is left, and every other point is, in its order', () => {
  fc.assert(
    fc.property(cases, ({ points: all, spans, place: [begin, end] }) => {
      const isHidden = (index: number) => spans.some((s) => s.begin <= index && index < s.end);
      const shown = (text: string) => [...text.replaceAll(/\[[A-Z/]+\]/g, '')];
      const expected = (from: number, to: number) =>
        all.filter((_, index) => from <= index && index < to && !isHidden(index));
      expect(shown(masked(all.join(''), spans))).toEqual(expected(0, all.length));
      expect(shown(masked(all.join(''), spans, begin, end))).toEqual(expected(begin, end));
    }),
  );
});
