/** Every task and every topic has its row, and every row leads somewhere. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roomNames } from '../../../lib/rooms';
import { examBlocks, FILE, studyPlan, weeks } from '../../../scripts/docs/exam';
import { exams, type Lab, labs, lensOf, serviceRows, stands, topicRows } from '../../../scripts/labs/exam';

const [mla, mls] = exams() as [ReturnType<typeof exams>[number], ReturnType<typeof exams>[number]];
const tasks = (exam: typeof mla) => exam.domains.flatMap((domain) => domain.tasks);
const parts = [mla, mls].flatMap((exam) =>
  tasks(exam).flatMap((task) => task.parts.map((part) => ({ task: task.id, ...part }))),
);

test('every task of both exams has its row', () => {
  expect(tasks(mla).map(({ id }) => id)).toEqual([
    '1.1',
    '1.2',
    '1.3',
    '2.1',
    '2.2',
    '2.3',
    '3.1',
    '3.2',
    '3.3',
    '4.1',
    '4.2',
    '4.3',
  ]);
  expect(tasks(mls).map(({ id }) => id)).toEqual([
    ...['1.1', '1.2', '1.3', '2.1', '2.2', '2.3'],
    ...['3.1', '3.2', '3.3', '3.4', '3.5', '4.1', '4.2', '4.3', '4.4'],
  ]);
  for (const { domains } of [mla, mls]) expect(domains.reduce((sum, { percent }) => sum + percent, 0)).toBe(100);
});

/** What the outline of a course holds that the kit was asked to cover; a word of each topic's title. */
const TOPICS = [
  ...['preparing, careers', 'Data engineering', 'Exploratory', 'Feature engineering', 'Model selection', 'Clustering'],
  ...[
    'cross-validation',
    'confusion matrix',
    'SMOTE',
    'regularisation',
    'fault tolerance',
    'CI/CD',
    'concept and data drift',
  ],
  ...['adversarial', 'load balancing', 'distributed training', 'ethics', 'governance', 'feature store', 'messy data'],
  ...['agile', 'automated machine learning', 'quantum', 'SageMaker', 'Lambda', 'S3', 'Glue', 'Redshift', 'Rekognition'],
  ...['DynamoDB', 'Python'],
];

test('every topic of the courses has its row', () => {
  const titles = topicRows().map(({ title }) => title);
  expect(TOPICS.filter((topic) => !titles.some((title) => title.includes(topic)))).toEqual([]);
  expect(titles.length).toBe(TOPICS.length);
});

test('every row names rooms and files that there are', () => {
  expect(
    parts
      .flatMap((part) => ('rooms' in part ? part.rooms : []))
      .filter((room) => !(roomNames as string[]).includes(room)),
  ).toEqual([]);
  const files = [
    ...parts.flatMap((part) => ('files' in part ? part.files : [])),
    ...topicRows().flatMap((topic) => topic.files),
    ...serviceRows().flatMap((row) => ('files' in row ? row.files : [])),
  ];
  const reasons = [...parts, ...topicRows(), ...serviceRows()].flatMap((row) => ('absent' in row ? row.absent : []));
  const named = reasons.flatMap((reason) => reason.match(FILE) ?? []);
  expect(named.length).toBeGreaterThan(3);
  expect([...files, ...named].filter((file) => !stands(file))).toEqual([]);
});

test('no service has two rows', () => {
  const named = serviceRows().flatMap(({ services }) => services);
  expect(named.filter((service, at) => named.indexOf(service) !== at)).toEqual([]);
});

test('a topic names labs of the plan, and an old task names tasks of today', () => {
  const numbers = labs().map(({ number }) => number);
  expect(
    topicRows()
      .flatMap((topic) => ('labs' in topic ? topic.labs : []))
      .filter((one) => !numbers.includes(one)),
  ).toEqual([]);
  const today = tasks(mla).map(({ id }) => id);
  expect(
    tasks(mls)
      .flatMap(({ like }) => like)
      .filter((id) => !today.includes(id)),
  ).toEqual([]);
  expect(tasks(mls).filter(({ like }) => like.length === 0)).toEqual([]);
  expect(
    labs()
      .flatMap(({ exam }) => exam)
      .filter((id) => !today.includes(id)),
  ).toEqual([]);
});

test('every practice of the lens stands in a row, or is one that people agree on', () => {
  const { titles, people } = lensOf();
  const named = parts.flatMap((part) => part.lens);
  expect(Object.keys(titles).length).toBe(105);
  expect([...named, ...labs().flatMap((lab) => lab.lens)].filter((id) => !(id in titles))).toEqual([]);
  expect(Object.keys(titles).filter((id) => named.includes(id) === people.includes(id))).toEqual([]);
});

test('the labs are numbered from 0, and every number is written', () =>
  expect(labs().map(({ number }) => number)).toEqual([...Array(22).keys()]));

test('a lab that is written is what its front matter says', () => {
  const root = mkdtempSync(join(tmpdir(), 'labs-'));
  try {
    cpSync(join(__dirname, '../../../docs/labs/exam'), join(root, 'docs/labs/exam'), { recursive: true });
    cpSync(join(__dirname, '../../../docs/labs/03-etl.md'), join(root, 'docs/labs/03-etl.md'));
    expect(labs(root)).toHaveLength(1);
    expect(labs(root).find(({ number }) => number === 3)).toEqual({
      number: 3,
      title: 'Bad files',
      minutes: 25,
      needs: [2],
      exam: ['1.1', '1.2', '1.3'],
      lens: ['MLREL02-BP02', 'MLREL02-BP03', 'MLOPS03-BP01'],
      file: '03-etl.md',
    });
    const page = examBlocks(root);
    const link = '[3 Bad files](labs/03-etl.md)';
    expect(
      page
        .mla()
        .filter((line) => line.startsWith('Labs: '))
        .map((line) => line.includes(link)),
    ).toEqual([true, true, true]);
    expect(page.lens().find((line) => line.includes('MLREL02-BP02'))).toContain(link);
    expect(page.topics().find((line) => line.includes('Services: Glue'))).toContain(link);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a page has a row for each part, and says of what is not here why', () => {
  const lines = examBlocks().mla();
  for (const { what, ...part } of tasks(mla).flatMap((task) => task.parts)) {
    const row = lines.find((line) => line.startsWith(`| ${what} |`));
    expect(row).toContain(
      'absent' in part ? `In the exam, not here, because ${part.absent.slice(0, 20)}` : part.files[0],
    );
  }
});

describe('the plan of four weeks', () => {
  test('has every lab once, after those that it needs, and weeks of about the same length', () => {
    const plan = weeks(labs());
    const order = plan.flat().map(({ number }) => number);
    expect([...order].sort((a, b) => a - b)).toEqual(labs().map(({ number }) => number));
    for (const { number, needs } of labs())
      for (const need of needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(number));
    const minutes = plan.map((week) => week.reduce((sum, one) => sum + one.minutes, 0));
    expect(Math.max(...minutes) - Math.min(...minutes)).toBeLessThan(60);
    expect(studyPlan().filter((line) => line.startsWith('## Week')).length).toBe(4);
  });

  test('is refused where labs wait for each other', () => {
    const lab = (number: number, needs: number[]): Lab => ({
      number,
      title: 'x',
      minutes: 10,
      needs,
      exam: [],
      lens: [],
      file: 'x.md',
    });
    expect(() => weeks([lab(1, [2]), lab(2, [1])])).toThrow('no order of the labs is left');
  });
});
