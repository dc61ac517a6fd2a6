/** The kit's own questions: their form, and where they stand. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../shared/cdk';

const QUESTIONS = 'docs/labs/questions';

const text = z.string().trim().min(1);
const sentences = text.regex(
  /^[\p{Lu}\d`"].*[.?]$/su,
  'must be sentences: begin with a capital and end with a full stop',
);

const about = {
  /** Tasks of MLA-C01; the first decides the domain. */
  tasks: z.array(z.string().regex(/^[1-4]\.[1-3]$/)).min(1),
  text: sentences,
  why: sentences,
  /** Files of the repository, with the heading where one says it. */
  sources: z.array(text).min(1),
  /** What decides in the learner's own run: where to look, and the place in summary.json. */
  yours: z.strictObject({ look: sentences, at: z.string().startsWith('/').optional() }).optional(),
};

/** Answers are written with their truth, and numbered only when they are asked: no key can point at the wrong one. */
const choice = z
  .strictObject({ ...about, right: z.array(text).min(1), wrong: z.array(text) })
  .refine(({ right, wrong }) => (right.length === 1 ? wrong.length === 3 : within(right.length + wrong.length, 5, 6)), {
    error: 'one right answer stands beside three wrong ones, several right ones among five or six',
  });
const ordering = z.strictObject({ ...about, order: z.array(text).min(3).max(5) });
const matching = z
  .strictObject({ ...about, match: z.record(text, text) })
  .refine(({ match }) => within(Object.keys(match).length, 3, 7), { error: 'three to seven pairs' });

export type Question = z.infer<typeof choice> | z.infer<typeof ordering> | z.infer<typeof matching>;

export const question: z.ZodType<Question> = z
  .union([choice, ordering, matching])
  .refine((one) => new Set(answersOf(one)).size === answersOf(one).length, {
    error: 'the same answer stands there twice',
  });

/** Every answer that is offered, in the order of the key. */
export function answersOf(one: Question): string[] {
  if ('order' in one) return one.order;
  return 'match' in one ? Object.values(one.match) : [...one.right, ...one.wrong];
}

/** A question with its place, e.g. `lab 8, question 2`. */
export type Placed = Question & { lab: number; number: number };

/** @throws Error with the file and the place in it where a question is not of this form */
export function questions(root = ROOT): Placed[] {
  return readdirSync(join(root, QUESTIONS))
    .sort()
    .flatMap((file) => {
      const { data, error } = z
        .array(question)
        .safeParse(JSON.parse(readFileSync(join(root, QUESTIONS, file), 'utf8')));
      if (error !== undefined) throw new Error(`${QUESTIONS}/${file}: ${z.prettifyError(error)}`);
      return data.map((one, at) => ({ ...one, lab: Number.parseInt(file), number: at + 1 }));
    });
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
