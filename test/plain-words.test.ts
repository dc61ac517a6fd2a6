/** Plain sentences in comments, messages, notes and documents, as far as patterns can judge them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const listed = (extension: RegExp, ...folders: string[]) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...folders], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => extension.test(path) && existsSync(join(root, path)));

const sources = listed(
  /\.(ts|mjs|py)$/,
  'bin',
  'lib',
  'lambda',
  'jobs',
  'datasets',
  'engine',
  'scripts',
  'test',
  'testing',
).filter((path) => !path.endsWith('plain-words.test.ts'));
// Generated pages take their words from sources, which are judged themselves.
const documents = listed(/\.md$/, '.').filter((path) => !/^(CHANGELOG|docs\/proof\/)/.test(path));

const FRAGMENT = /^(Of|By|As|That|Where|Without|Whose|Whatever|Whoever|Or|And|Which|Who(?! is)|Because)\b/;
// A subject that is no person, with a verb that only persons can do.
const SERVICE =
  'guard|gate|monitor|engine|endpoint|stack|handler|machine|service|alarm|schedule|rule|job|image|container|function|' +
  'emulator|kit|release|lock|CDK|S3|IAM|CloudFormation|CloudWatch|SageMaker|EventBridge|Lambda|Glue|' +
  'Athena|Firehose|Spark|XGBoost|Step Functions|API Gateway|Clarify|Comprehend|Rekognition|Polly|botocore|boto3';
const VERB =
  'asks?|tells?|says?|knows?|wants?|believes?|blames?|rings?|waits? for permission|thinks?|hears?|remembers?';
const FEELING = new RegExp(`\\b(${SERVICE})s? (?:itself |itself |never |then |still |only |also )?(${VERB})\\b`, 'i');
const UNIT = 'second|minute|hour|day|week|month|year|row|line|record|request|account|event|region';
const RATE = new RegExp(
  `(\\bUSD |(?<![A-Za-z])\\d[\\d.,]* (?:[a-z]+ )?|\\bone )an? (${UNIT})\\b(?! (?:after|before|later|ago|earlier))`,
  'i',
);
const RIDDLES =
  /\b(rings the alarm|told to nobody|at a loss with|be rid of|the way (it|they) came|had (its|their) say|nobody knows)\b/i;

interface Passage {
  readonly place: string;
  readonly text: string;
}

/** Comments and docstrings, each as one text: neighbouring lines of `//` or `#` belong together. */
function comments(path: string): Passage[] {
  const block = path.endsWith('.py')
    ? /^[ \t]*(?:[rf]?"""([\s\S]*?)"""|((?:#(?!!).*\n[ \t]*)+))/gm
    : /\/\*\*?([\s\S]*?)\*\/|((?:^[ \t]*\/\/.*\n)+)/gm;
  return [...read(path).matchAll(block)].map((match) => ({
    place: `${path}:${read(path).slice(0, match.index).split('\n').length}`,
    text: (match[1] ?? match[2] ?? '')
      .split('\n')
      .map((line) => line.replace(/^\s*(\/\/|\*|#)?\s*/, ''))
      .join(' ')
      .trim(),
  }));
}

/** String literals with a sentence in them: messages, notes, descriptions of knobs. */
const sentences = (path: string): Passage[] =>
  [...read(path).matchAll(/(["'`])((?:(?!\1|\n)[^\\]|\\.)*?)\1/g)]
    .map((match) => ({
      place: `${path}:${read(path).slice(0, match.index).split('\n').length}`,
      text: match[2] ?? '',
    }))
    .filter(({ text }) => text.split(' ').length > 3);

/** Paragraphs, list items and cells of tables, without programs. */
const paragraphs = (path: string): Passage[] =>
  read(path)
    .replace(/^```[\s\S]*?^```/gm, '')
    .split(/\n(?=\s*(?:[-*|#>]|\d+\.|\n))|\n\n| \| /)
    .map((text) => ({ place: path, text: text.replace(/^[\s>*#|-]+|^\s*\d+\. /g, '').replace(/\s+/g, ' ') }));

const found = (passages: readonly Passage[], ...patterns: RegExp[]) =>
  passages
    .filter(({ text }) => patterns.some((pattern) => pattern.test(text)))
    .map(({ place, text }) => {
      const at = Math.max(0, Math.min(...patterns.map((pattern) => pattern.exec(text)?.index ?? Infinity)) - 30);
      return `${place} …${text.slice(at, at + 100)}`;
    });

test('comments begin with the thing that they are about', () => {
  expect(found(sources.flatMap(comments), FRAGMENT)).toEqual([]);
});

test('messages, notes and descriptions begin with the thing that they are about', () => {
  const product = sources.filter((path) => !/^test\/|^engine\/tests\//.test(path));
  expect(found(product.flatMap(sentences), FRAGMENT)).toEqual([]);
});

test('documents have no sentence that begins in the middle', () => {
  expect(
    found(documents.flatMap(paragraphs), /^(Of|By|That|Whose|Whatever|Whoever|Or|And|Which|Who(?! is))\b(?!.*\?)/),
  ).toEqual([]);
});

test.each([
  ['no service asks, tells, knows or blames', FEELING],
  ['rates are per day and not a day', RATE],
  ['there are no riddles', RIDDLES],
])('%s', (_, pattern) => {
  const passages = [
    ...sources.flatMap((path) => [...comments(path), ...sentences(path)]),
    ...documents.flatMap(paragraphs),
  ];
  expect(found(passages, pattern)).toEqual([]);
});
