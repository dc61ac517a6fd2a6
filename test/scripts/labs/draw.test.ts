import { answered, asked, mock, score, shares, shuffled, stream } from '../../../scripts/labs/draw';
import type { Placed } from '../../../scripts/labs/questions';

const about = { text: 'What?', why: 'So.', sources: ['README.md'], lab: 1, number: 1 };
const choice = (task = '1.1'): Placed => ({
  ...about,
  tasks: [task],
  right: ['yes'],
  wrong: ['no', 'never', 'perhaps'],
});
const several: Placed = { ...about, tasks: ['2.1'], right: ['one', 'two'], wrong: ['three', 'four', 'five'] };
const ordering: Placed = { ...about, tasks: ['3.1'], order: ['first', 'second', 'third'] };
const matching: Placed = { ...about, tasks: ['4.1'], match: { sky: 'blue', grass: 'green', snow: 'white' } };
const seeds = [...Array(50).keys()];

test('a seed draws the same again, and another seed something else', () => {
  const drawn = (seed: number) => shuffled([...'ABCDEFGH'], stream(seed)).join('');
  expect(drawn(7)).toBe(drawn(7));
  expect(new Set(seeds.map(drawn)).size).toBeGreaterThan(45);
  expect(new Set(seeds.map((seed) => drawn(seed)[0])).size).toBe(8);
});

test('an exam of 65 has 18, 17, 14 and 16 questions of its domains: 28, 26, 22 and 24 %', () => {
  expect(shares([28, 26, 22, 24], 65)).toEqual([18, 17, 14, 16]);
  const pool = ['1.1', '2.1', '3.1', '4.1'].flatMap((task) => Array.from({ length: 20 }, () => choice(task)));
  const drawn = mock(pool, [28, 26, 22, 24], 65, stream(1)).map(({ tasks }) => tasks[0]);
  expect(['1.1', '2.1', '3.1', '4.1'].map((task) => drawn.filter((one) => one === task).length)).toEqual([
    18, 17, 14, 16,
  ]);
  expect(drawn.slice(0, 18)).not.toEqual(Array(18).fill('1.1'));
});

test('a domain without enough questions is named', () => {
  expect(() => mock([choice()], [100], 2, stream(1))).toThrow('domain 1 has 1 questions, and a mock takes 2');
});

test.each([
  ['choice', choice(), ['yes']],
  ['response', several, ['one', 'two']],
  ['order', ordering, ['first', 'second', 'third']],
  ['match', matching, ['blue', 'green', 'white']],
])('the key of a %s names its answers wherever they stand', (_, one, right) => {
  for (const seed of seeds) {
    const { options, key } = asked(one, stream(seed));
    const named = [...key].map((letter) => options['ABCDEFG'.indexOf(letter)]!);
    expect('right' in one ? named.sort() : named).toEqual('right' in one ? [...right].sort() : right);
  }
});

test('the letters of an answer may be written in any way', () => {
  const one = asked(several, stream(1));
  expect(answered(one, ` ${[...one.key].reverse().join(', ').toLowerCase()} `)).toBe(one.key);
});

test('the order of letters counts where order is asked', () => {
  const one = asked(ordering, stream(1));
  const turned = [...one.key].reverse().join('');
  expect(answered(one, turned)).toBe(turned);
  expect(turned).not.toBe(one.key);
});

test.each(['', 'A', 'AA', 'ABC', 'AZ', 'what?'])('%j is no answer where two letters of A to E are asked', (line) => {
  expect(answered(asked(several, stream(1)), line)).toBeUndefined();
});

test('an answer is right or it is not: a part of it counts nothing, none counts as wrong', () => {
  const [first, second, third] = [choice(), several, choice()].map((one) => asked(one, stream(3))) as [
    never,
    never,
    never,
  ];
  const key = (of: { key: string }) => of.key;
  expect(
    score([
      { asked: first, letters: key(first) },
      { asked: second, letters: key(second)[0]! },
      { asked: third, letters: undefined },
    ]),
  ).toEqual({
    right: 1,
    of: 3,
    domains: [
      { domain: 1, right: 1, of: 2 },
      { domain: 2, right: 0, of: 1 },
    ],
  });
});
