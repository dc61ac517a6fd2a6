/** What a quiz asks: drawn, numbered and judged without a terminal. */
import { answersOf, type Placed, type Question } from './questions';

/** A stream of numbers in [0, 1) that a seed repeats (mulberry32): nobody's secret depends on it. */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  return items.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}

/** `count` in whole numbers by weight: what rounding leaves over goes to the largest remainders. */
export function shares(weights: readonly number[], count: number): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const exact = weights.map((weight) => (weight / sum) * count);
  const whole = exact.map(Math.floor);
  const open = count - whole.reduce((total, share) => total + share, 0);
  const byRemainder = exact.map((share, at) => ({ at, left: share % 1 })).sort((a, b) => b.left - a.left);
  for (const { at } of byRemainder.slice(0, open)) whole[at]! += 1;
  return whole;
}

const domainOf = ({ tasks }: Pick<Question, 'tasks'>) => Number.parseInt(tasks[0]!);

/**
 * An exam of `count` questions, by the weight of each domain.
 * @throws Error where a domain has fewer questions than its share
 */
export function mock(
  from: readonly Placed[],
  weights: readonly number[],
  count: number,
  random: () => number,
): Placed[] {
  const drawn = shares(weights, count).flatMap((share, at) => {
    const own = from.filter((one) => domainOf(one) === at + 1);
    if (own.length < share) throw new Error(`domain ${at + 1} has ${own.length} questions, and a mock takes ${share}`);
    return shuffled(own, random).slice(0, share);
  });
  return shuffled(drawn, random);
}

/** A question as it is shown: its answers under letters, and the letters that are right. */
export interface Asked {
  one: Placed;
  how: string;
  prompts: string[];
  options: string[];
  key: string;
}

/** Names of the answers of a question, which are seven at most. */
export const LETTERS = 'ABCDEFG';

export function asked(one: Placed, random: () => number): Asked {
  const options = shuffled(answersOf(one), random);
  const letters = (answers: readonly string[]) => answers.map((answer) => LETTERS[options.indexOf(answer)]!);
  const shown = (how: string, key: string[], prompts: string[] = []): Asked => {
    return { one, how, prompts, options, key: key.join('') };
  };
  if ('order' in one) return shown('Put in order: every letter once', letters(one.order));
  if ('match' in one) {
    const how = 'Match: a letter for each number, in their order';
    return shown(how, letters(Object.values(one.match)), Object.keys(one.match));
  }
  const { length } = one.right;
  return shown(length === 1 ? 'Choose one' : `Choose ${length}`, letters(one.right).sort());
}

/** The letters of a line, or undefined where it cannot be an answer. */
export function answered({ one, options, key }: Asked, line: string): string | undefined {
  const letters: string[] = line.toUpperCase().match(/[A-Z]/g) ?? [];
  const known = letters.every((letter) => LETTERS.slice(0, options.length).includes(letter));
  if (!known || letters.length !== key.length || new Set(letters).size !== letters.length) return undefined;
  return ('right' in one ? letters.sort() : letters).join('');
}

/** Right answers and questions of each domain, and of all. */
export function score(answers: readonly { asked: Asked; letters: string | undefined }[]) {
  const of = (some: typeof answers) => ({
    right: some.filter(({ asked: { key }, letters }) => letters === key).length,
    of: some.length,
  });
  const domains = [...new Set(answers.map(({ asked: { one } }) => domainOf(one)))].sort();
  return {
    ...of(answers),
    domains: domains.map((domain) => ({
      domain,
      ...of(answers.filter(({ asked: { one } }) => domainOf(one) === domain)),
    })),
  };
}
