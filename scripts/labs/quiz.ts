/** `kit quiz`: the kit's own questions about a lab, about a task of the exam, or a mock of the whole exam. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { Refused } from '../../lib/shared/refused';
import { examples, whole } from '../shared/arguments';
import { ROOT } from '../shared/cdk';
import { answered, type Asked, asked, LETTERS, mock, score, shuffled, stream } from './draw';
import { exams } from './exam';
import { type Placed, questions } from './questions';

export function register(program: Command): void {
  program
    .command('quiz')
    .description('ask questions about a lab or a task of MLA-C01, or a mock exam')
    .argument('[about]', 'a lab, e.g. 8, or a task, e.g. 2.3 (default: a mock exam)')
    .option('--timed', 'give two minutes per question, as the exam does, and say what was right at the end only', false)
    .option('--answers', 'print the questions with their answers, and ask nothing', false)
    .option('--seed <number>', 'draw the same questions again', whole)
    .addHelpText(...examples('quiz 8', 'quiz 2.3 --answers', 'quiz --timed --seed 7', 'quiz 8 < answers.txt'))
    .action(
      async (
        about: string | undefined,
        { timed, answers, seed }: { timed: boolean; answers: boolean; seed?: number },
      ) => {
        const drawnWith = seed ?? Math.floor(Math.random() * 10_000);
        const chosen = choose(questions(), about, drawnWith);
        // A reader who has seen enough closes the pipe, which console takes and a plain write does not.
        const say = (text: string) => console.log(text);
        say(`${chosen.length} questions; --seed ${drawnWith} asks the same again.`);
        if (answers) return chosen.forEach((one, at) => say([...shown(one, at), ...explained(one)].join('\n')));
        const { questions: real } = exams()[0]!;
        const minutes = timed ? (chosen.length * real!.minutes) / real!.count : undefined;
        const input = createInterface({ input: process.stdin });
        try {
          await play(chosen, input[Symbol.asyncIterator](), { say, minutes, again: process.stdin.isTTY });
        } finally {
          input.close();
        }
      },
    );
}

/** @throws Refused where no question is about it */
export function choose(from: readonly Placed[], about: string | undefined, seed: number): Asked[] {
  const random = stream(seed);
  const { domains, questions: real } = exams()[0]!;
  const chosen =
    about === undefined
      ? mock(
          from,
          domains.map(({ percent }) => percent),
          real!.count,
          random,
        )
      : shuffled(
          from.filter(({ lab, tasks }) => (about.includes('.') ? tasks.includes(about) : about === String(lab))),
          random,
        );
  if (chosen.length === 0) {
    const labs = [...new Set(from.map(({ lab }) => lab))].join(', ');
    const tasks = [...new Set(from.flatMap((one) => one.tasks))].sort().join(', ');
    throw new Refused(`no question is about ${JSON.stringify(about)}: choose a lab (${labs}) or a task (${tasks})`);
  }
  return chosen.map((one) => asked(one, random));
}

interface Ways {
  say: (text: string) => void;
  /** Time for all questions; an answer that comes later is none. Without it each answer is judged at once. */
  minutes?: number;
  /** Whether somebody is there to ask again when a line is no answer. */
  again: boolean;
}

/** Asks one after the other. Questions without an answer count as wrong, as in the exam. */
export async function play(chosen: readonly Asked[], lines: AsyncIterator<string>, { say, minutes, again }: Ways) {
  if (minutes !== undefined) say(`You have ${Math.ceil(minutes)} minutes.`);
  let ring: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    if (minutes !== undefined) ring = setTimeout(() => resolve(undefined), minutes * 60_000);
  });
  const next = async () => (await Promise.race([lines.next(), over]))?.value as string | undefined;
  const given = chosen.map((one) => ({ asked: one, letters: undefined as string | undefined }));
  try {
    for (const [at, answer] of given.entries()) {
      const { asked: one } = answer;
      say(shown(one, at).join('\n'));
      let line = await next();
      while (again && line !== undefined && answered(one, line) === undefined) {
        say(
          `${one.key.length === 1 ? 'One letter' : `${one.key.length} different letters`} of A to ${LETTERS[one.options.length - 1]}:`,
        );
        line = await next();
      }
      if (line === undefined) break;
      answer.letters = answered(one, line);
      if (minutes !== undefined) continue;
      const [right, ...why] = explained(one);
      say([answer.letters === one.key ? 'Right.' : `Not right. ${right}`, ...why].join('\n'));
    }
  } finally {
    clearTimeout(ring);
  }
  const result = score(given);
  const titles = exams()[0]!.domains;
  const count = given.filter(({ letters }) => letters !== undefined).length;
  say(`\n${count === result.of ? '' : `${count} of ${result.of} answered, `}${result.right} of ${result.of} right.`);
  for (const { domain, right, of } of result.domains) say(`  ${titles[domain - 1]!.title}: ${right} of ${of}`);
  if (minutes !== undefined)
    for (const [at, { asked: one, letters }] of given.entries())
      if (letters !== one.key) say([`\n${at + 1}. ${one.one.text}`, ...explained(one)].join('\n'));
  return result;
}

function shown({ one, how, prompts, options }: Asked, at: number): string[] {
  return [
    `\n${at + 1}. ${one.text}`,
    ...prompts.map((prompt, number) => `   ${number + 1}. ${prompt}`),
    ...options.map((option, letter) => `   ${LETTERS[letter]}. ${option}`),
    `${how}:`,
  ];
}

function explained({ one, key, options }: Asked): string[] {
  const { why, sources, yours, lab, tasks } = one;
  const found = yours?.at === undefined ? undefined : inSummary(yours.at);
  return [
    `Right: ${[...key].map((letter) => `${letter}. ${options[LETTERS.indexOf(letter)]}`).join('; ')}`,
    why,
    `Source: ${sources.join(', ')}. Lab ${lab}, task ${tasks.join(', ')}.`,
    ...(yours === undefined ? [] : [`Your own run: ${yours.look}${found === undefined ? '' : ` It says ${found}.`}`]),
  ];
}

/** What the newest rehearsal of this clone has at a place of its summary (a JSON pointer). */
function inSummary(at: string): string | undefined {
  const file = join(ROOT, '.rehearsal/latest/summary.json');
  if (!existsSync(file)) return undefined;
  const value = at
    .slice(1)
    .split('/')
    .reduce<unknown>(
      (of, key) => (of as Record<string, unknown> | undefined)?.[key],
      JSON.parse(readFileSync(file, 'utf8')),
    );
  return value === undefined ? undefined : JSON.stringify(value);
}
