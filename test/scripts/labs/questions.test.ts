/** The questions are right as far as a program can tell: form, sources, commands and places of summary.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../../../scripts/cli';
import { exams, labs, stands } from '../../../scripts/labs/exam';
import { answersOf, question, questions } from '../../../scripts/labs/questions';

const all = questions();
const name = ({ lab, number }: { lab: number; number: number }) => `lab ${lab}, question ${number}`;

test('every lab has five questions at least, and every task has some', () => {
  const of = (number: number) => all.filter(({ lab }) => lab === number).length;
  expect(
    labs()
      .map(({ number }) => [number, of(number)])
      .filter(([, count]) => count! < 5),
  ).toEqual([]);
  expect(all.filter(({ lab }) => !labs().some(({ number }) => number === lab)).map(name)).toEqual([]);
  const tasks = exams()[0]!.domains.flatMap((domain) => domain.tasks.map(({ id }) => id));
  expect(tasks.filter((id) => !all.some((one) => one.tasks.includes(id)))).toEqual([]);
  expect([...new Set(all.flatMap((one) => one.tasks))].filter((id) => !tasks.includes(id))).toEqual([]);
});

test('all four forms of the exam are there', () => {
  const form = (one: (typeof all)[number]) =>
    'order' in one ? 'order' : 'match' in one ? 'match' : one.right.length > 1 ? 'response' : 'choice';
  expect([...new Set(all.map(form))].sort()).toEqual(['choice', 'match', 'order', 'response']);
});

test('every source stands in the repository, with its heading', () => {
  expect(
    all.flatMap((one) => one.sources.filter((path) => !stands(path)).map((path) => `${name(one)}: ${path}`)),
  ).toEqual([]);
  expect(stands('README.md#no-such-heading')).toBe(false);
});

test('no question stands there twice', () => {
  expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
});

test('the longest answer is no hint: it is right in one of five choices at most', () => {
  const choices = all.filter((one) => 'right' in one && one.right.length === 1);
  const telling = choices.filter((one) => {
    const [right, ...wrong] = answersOf(one).map(({ length }) => length) as [number, ...number[]];
    // Ten letters more are what somebody would see.
    return right > Math.max(...wrong) + 10;
  });
  expect(telling.length / choices.length).toBeLessThan(0.2);
});

test('a question names commands that there are, and scenarios that can be played', () => {
  const commands = program.commands.map((command) => command.name());
  const scenarios = readFileSync(join(__dirname, '../../../README.md'), 'utf8');
  for (const one of all) {
    const text = JSON.stringify(one);
    for (const [, command] of text.matchAll(/npm run kit -- ([a-z]+)/g))
      expect([name(one), commands]).toEqual([name(one), expect.arrayContaining([command])]);
    for (const [, scenario] of text.matchAll(/--scenario ([a-z-]+)/g))
      expect([name(one), scenarios]).toEqual([name(one), expect.stringContaining(`| \`${scenario}\` |`)]);
  }
});

test('a place in summary.json is one that its schema has', () => {
  type Schema = { properties?: Record<string, Schema>; items?: Schema };
  const schema = JSON.parse(readFileSync(join(__dirname, '../../../schema/summary.schema.json'), 'utf8')) as Schema;
  const at = (pointer: string) =>
    pointer
      .slice(1)
      .split('/')
      .reduce<Schema | undefined>((of, key) => (/^\d+$/.test(key) ? of?.items : of?.properties?.[key]), schema);
  const places = all.flatMap(({ yours }) => yours?.at ?? []);
  expect(places.length).toBeGreaterThan(3);
  expect(places.filter((place) => at(place) === undefined)).toEqual([]);
  expect(at('/gates/0/nonsense')).toBeUndefined();
});

const sound = {
  tasks: ['1.1'],
  text: 'What is it?',
  right: ['a'],
  wrong: ['b', 'c', 'd'],
  why: 'It is a.',
  sources: ['README.md'],
};
test.each([
  ['an answer twice', { wrong: ['a', 'b', 'c'] }],
  ['a choice of three', { wrong: ['b', 'c'] }],
  ['two right of four', { right: ['a', 'b'], wrong: ['c', 'd'] }],
  ['a reason that is no sentence', { why: 'because' }],
  ['no source', { sources: [] }],
  ['a task that the exam has not', { tasks: ['5.1'] }],
  ['a key of its own', { answer: 'A' }],
])('%s is refused', (_, change) => {
  expect(question.safeParse(sound).success).toBe(true);
  expect(question.safeParse({ ...sound, ...change }).success).toBe(false);
});
