/** What the exams ask, and where the kit has it: docs/labs/exam/, and the front matter of the labs. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../shared/cdk';
import type { Lab as Page } from './lab';
import { labs as pages } from './shelf';

const text = z.string().trim().min(1);
const id = z.string().regex(/^\d\.\d$/);

/** One thing to learn: built somewhere, or honestly not. */
const part = z.union([
  z.strictObject({
    what: text,
    rooms: z.array(text).min(1),
    files: z.array(text).min(1),
    lens: z.array(text).default([]),
  }),
  z.strictObject({ what: text, absent: text, lens: z.array(text).default([]) }),
]);
export type Part = z.infer<typeof part>;

const exam = z.strictObject({
  id: text,
  status: text,
  questions: z.strictObject({ count: z.int().positive(), minutes: z.int().positive() }).optional(),
  domains: z.array(
    z.strictObject({
      title: text,
      percent: z.number().positive(),
      tasks: z.array(z.strictObject({ id, title: text, parts: z.array(part).min(1), like: z.array(id).default([]) })),
    }),
  ),
});
export type Exam = z.infer<typeof exam>;

const topics = z.array(
  z.union([
    z.strictObject({ title: text, labs: z.array(z.int()).default([]), files: z.array(text).min(1) }),
    z.strictObject({ title: text, absent: text, files: z.array(text).default([]) }),
  ]),
);

const services = z.array(
  z.union([
    z.strictObject({ services: z.array(text).min(1), rooms: z.array(text).min(1), files: z.array(text).min(1) }),
    z.strictObject({ services: z.array(text).min(1), absent: text }),
  ]),
);

const lens = z.strictObject({ edition: text, titles: z.record(text, text), people: z.array(text) });

/** A lab of the course. */
export type Lab = Pick<Page, 'number' | 'title' | 'minutes' | 'needs' | 'exam' | 'lens' | 'file'>;

const read = (root: string, name: string): unknown =>
  JSON.parse(readFileSync(join(root, 'docs/labs/exam', name), 'utf8'));

export const exams = (root = ROOT) => ['mla-c01.json', 'mls-c01.json'].map((name) => exam.parse(read(root, name)));
export const topicRows = (root = ROOT) => topics.parse(read(root, 'topics.json'));
export const serviceRows = (root = ROOT) => services.parse(read(root, 'services.json'));
export const lensOf = (root = ROOT) => lens.parse(read(root, 'lens.json'));

/** The labs by their front matter. */
export const labs = (root = ROOT): Lab[] =>
  pages(root).map(({ number, title, minutes, needs, exam: tasks, lens: practices, file: path }) => {
    const file = basename(path);
    return { number, title, minutes, needs, exam: tasks, lens: practices, file };
  });

/** Whether a path of the repository, with or without a heading behind `#`, is there. */
export function stands(path: string, root = ROOT): boolean {
  const [file = '', anchor] = path.split('#');
  if (!existsSync(join(root, file))) return false;
  if (anchor === undefined) return true;
  return [...readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.+)$/gm)].some(
    ([, title]) => slug(title!) === anchor,
  );
}

/** A heading as GitHub links to it. */
const slug = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
