/** docs/exam.md and docs/study-plan.md: what the exams ask, and in which order the labs teach it. */
import { type Exam, exams, type Lab, labs, lensOf, serviceRows, topicRows } from '../labs/exam';
import { questions } from '../labs/questions';
import { ROOT } from '../shared/cdk';
import { code, table } from './markdown';

const WEEKS = 4;
/** Minutes of a question with its reason: the exam gives two without. */
const MINUTES_PER_QUESTION = 2;

/** A page or a facts file as a reason names it. */
export const FILE = /\b(?:docs|facts)\/[\w-]+\.(?:md|json)/g;

const file = (path: string) =>
  `[${code(path)}](${path.startsWith('docs/') ? path.slice('docs/'.length) : `../${path}`})`;
/** Files that a reason names, as links. */
const linked = (reason: string) => reason.replaceAll(FILE, file);
const page = (room: string) => `[${room}](rooms/${room}.md)`;
const lab = (one: Lab) => `[${one.number} ${one.title}](labs/${one.file})`;

/** The generated blocks of docs/exam.md. */
export function examBlocks(root = ROOT) {
  const [mla, mls] = exams(root) as [Exam, Exam];
  const taught = labs(root);
  return {
    mla: () => examOf(mla, taught),
    mls: () => examOf(mls, taught),
    topics: () => topics(taught),
    services,
    lens: () => practices(mla, taught),
  };
}

function examOf({ status, domains }: Exam, taught: readonly Lab[]): string[] {
  const current = domains.some(({ tasks }) => tasks.every(({ like }) => like.length === 0));
  return [
    status,
    ...domains.flatMap(({ title, percent, tasks }, at) => [
      '',
      `### Domain ${at + 1}: ${title}, ${percent} %`,
      ...tasks.flatMap((task) => [
        '',
        `**${task.id} ${task.title}**`,
        '',
        current ? labsOf(task.id, taught) : `Today: task ${task.like.join(', ')} of MLA-C01.`,
        ...table(
          ['to learn', 'room', 'where', ...(current ? ['practice'] : [])],
          task.parts.map((part) => [part.what, ...where(part), ...(current ? [part.lens.join(', ')] : [])]),
        ),
      ]),
    ]),
  ];
}

function where(row: { absent: string } | { rooms: string[]; files: string[] }): string[] {
  if ('absent' in row) return ['', `In the exam, not here, because ${linked(row.absent)}`];
  return [row.rooms.map(page).join(', '), row.files.map(file).join(', ')];
}

const services = () =>
  table(
    ['service', 'room', 'where'],
    serviceRows().map((row) => [row.services.join(', '), ...where(row)]),
  );

function labsOf(task: string, taught: readonly Lab[]): string {
  const teaching = taught.filter((one) => one.exam.includes(task));
  const named = teaching.length === 0 ? '' : `Labs: ${teaching.map(lab).join(', ')}. `;
  return `${named}Questions: ${code(`npm run kit -- quiz ${task}`)}.`;
}

function topics(taught: readonly Lab[]): string[] {
  return table(
    ['topic', 'labs', 'where'],
    topicRows().map((topic) => {
      if ('absent' in topic)
        return [topic.title, '', [`Not here: ${linked(topic.absent)}`, ...topic.files.map(file)].join('; ')];
      const teaching = taught.filter((one) => topic.labs.includes(one.number));
      return [topic.title, teaching.map(lab).join(', '), topic.files.map(file).join(', ')];
    }),
  );
}

function practices({ domains }: Exam, taught: readonly Lab[]): string[] {
  const { edition, titles, people } = lensOf();
  const tasks = domains.flatMap((domain) => domain.tasks);
  const rows = Object.entries(titles)
    .filter(([id]) => !people.includes(id))
    .map(([id, title]) => {
      const parts = tasks.flatMap((task) =>
        task.parts
          .filter(({ lens }) => lens.includes(id))
          .map((part) => ({ task: task.id, built: !('absent' in part) })),
      );
      const here = (built: boolean) =>
        [...new Set(parts.filter((one) => one.built === built).map(({ task }) => task))].join(', ');
      return [
        code(id),
        title,
        here(true),
        here(false),
        taught
          .filter((one) => one.lens.includes(id))
          .map(lab)
          .join(', '),
      ];
    });
  return [
    `Edition of ${edition}. The column gives the tasks of MLA-C01 whose rows name the practice.`,
    ...table(['practice', 'title', 'here, task', 'not here, task', 'labs'], rows),
    '',
    `No template can show these ${people.length}; people agree on them: ${people.map((id) => `${code(id)} ${titles[id]}`).join('; ')}.`,
  ];
}

/**
 * Labs by week, each after those that it needs, the minutes about even.
 * @throws Error where labs need each other in a circle
 */
export function weeks(taught: readonly Lab[]): Lab[][] {
  const order: Lab[] = [];
  while (order.length < taught.length) {
    const next = taught.find(
      (one) => !order.includes(one) && one.needs.every((need) => order.some(({ number }) => number === need)),
    );
    if (next === undefined)
      throw new Error('no order of the labs is left: one needs another that comes after it, or none');
    order.push(next);
  }
  const total = order.reduce((sum, { minutes }) => sum + minutes, 0);
  const plan: Lab[][] = Array.from({ length: WEEKS }, () => []);
  let before = 0;
  for (const one of order) {
    // The middle of a lab decides about its week, so that no week is short by a whole one.
    plan[Math.min(WEEKS - 1, Math.floor(((before + one.minutes / 2) / total) * WEEKS))]!.push(one);
    before += one.minutes;
  }
  return plan;
}

export function studyPlan(): string[] {
  const asked = questions();
  return weeks(labs()).flatMap((week, at) => {
    const own = (number: number) => asked.filter((one) => one.lab === number).length;
    const minutes = week.reduce((sum, one) => sum + one.minutes + own(one.number) * MINUTES_PER_QUESTION, 0);
    return [
      '',
      `## Week ${at + 1}: ${(minutes / 60).toFixed(1)} hours`,
      ...table(
        ['lab', 'minutes', 'after', 'tasks', 'questions'],
        week.map((one) => [
          lab(one),
          String(one.minutes),
          one.needs.join(', '),
          one.exam.join(', '),
          `${own(one.number)}: ${code(`npm run kit -- quiz ${one.number}`)}`,
        ]),
      ),
    ];
  });
}
