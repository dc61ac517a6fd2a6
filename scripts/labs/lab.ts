/** A lab as its Markdown says it. Nothing here runs anything. */
import { Refused } from '../../lib/shared/refused';

export interface Command {
  /** The command as the learner types it. */
  readonly text: string;
  /** The lines that it prints, with placeholders. */
  readonly expected: readonly string[];
  /** In the file, from 1. */
  readonly line: number;
}

/** `break-it` ends in a command that fails; `your-turn` holds only when the learner has done the task. */
type CommandKind = 'console' | 'break-it' | 'your-turn' | 'undo';

export type Block =
  | {
      readonly kind: CommandKind;
      /** The one place in which it is played, as in a head `console local`. */
      readonly only?: 'local' | 'aws';
      readonly commands: readonly Command[];
      readonly line: number;
    }
  | {
      readonly kind: 'edit';
      readonly path: string;
      readonly before: string;
      readonly after: string;
      readonly line: number;
    };

export interface Lab {
  readonly number: number;
  /** Path in the repository. */
  readonly file: string;
  readonly title: string;
  readonly minutes: number;
  readonly profile: string;
  readonly rooms: readonly string[];
  /** Tasks of the exam guide of MLA-C01. */
  readonly exam: readonly string[];
  /** Ids of practices of the Well-Architected Machine Learning Lens. */
  readonly lens: readonly string[];
  readonly topics: readonly string[];
  /** Numbers of the labs that it takes for granted. */
  readonly needs: readonly number[];
  /** Name of the state of the account that it needs: docs/labs/states.md. */
  readonly begins: string;
  readonly blocks: readonly Block[];
  readonly hints: readonly string[];
}

/** A state of the account: what proves it, and what makes it out of nothing. */
export interface State {
  readonly name: string;
  readonly check: readonly Command[];
  readonly seed: readonly Command[];
  /** The same in an account of AWS. */
  readonly seedOnAws: readonly Command[];
}

const FENCE = /^```([\w-]+)(?: (\S+))?\n([^]*?)^```$/gm;
const KINDS: readonly string[] = ['console', 'break-it', 'your-turn', 'undo'] satisfies CommandKind[];
const HINT = /<details>\s*<summary>Hint \d<\/summary>\s*([^]*?)\s*<\/details>/g;
const KEYS = ['title', 'minutes', 'profile', 'rooms', 'exam', 'lens', 'topics', 'needs', 'begins'];

/** @throws Refused naming the file, the line and what is wrong */
export function parseLab(file: string, text: string): Lab {
  const head = /^---\n([^]*?)\n---\n/.exec(text);
  if (head === null) throw wrong(file, 1, 'the front matter between two lines of --- is missing');
  const facts = frontMatter(file, head[1]!);
  const blocks = blocksOf(file, text);
  const hints = [...text.matchAll(HINT)].map(([, hint]) => hint!);
  const turns = blocks.filter(({ kind }) => kind === 'your-turn').length;
  if (turns !== 1) throw wrong(file, 1, `a lab has one block your-turn, and this one has ${turns}`);
  if (hints.length !== 3)
    throw wrong(file, 1, `a task has three hints (Hint 1 to Hint 3), and this one has ${hints.length}`);
  const minutes = Number(facts.minutes);
  if (!Number.isInteger(minutes) || minutes < 1)
    throw wrong(file, 1, `minutes must be a whole number, not ${JSON.stringify(facts.minutes)}`);
  return {
    number: Number(/(\d+)-[^/]*$/.exec(file)?.[1]),
    file,
    minutes,
    title: facts.title!,
    profile: facts.profile!,
    begins: facts.begins!,
    rooms: listOf(facts.rooms!),
    exam: listOf(facts.exam!),
    lens: listOf(facts.lens!),
    topics: listOf(facts.topics!),
    needs: listOf(facts.needs!).map(Number),
    blocks,
    hints,
  };
}

/** The states of docs/labs/states.md: a chapter each, with a block `console` that proves it, and the blocks `seed` and `seed-on-aws` that make it. */
export function parseStates(file: string, text: string): State[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((chapter) => {
      const name = chapter.split('\n', 1)[0]!;
      const line = lineAt(text, text.indexOf(`## ${name}`));
      const block = (kind: string) => {
        const found = [...chapter.matchAll(FENCE)].find(([, fence]) => fence === kind);
        if (found === undefined) throw wrong(file, line, `the state ${name} has no block ${kind}`);
        return commandsOf(file, found[3]!, line + lineAt(chapter, found.index));
      };
      return { name, check: block('console'), seed: block('seed'), seedOnAws: block('seed-on-aws') };
    });
}

function frontMatter(file: string, text: string): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const [index, line] of text.split('\n').entries()) {
    const [, key, value] = /^(\w+): (.+)$/.exec(line) ?? [];
    if (key === undefined || !KEYS.includes(key))
      throw wrong(
        file,
        index + 2,
        `${JSON.stringify(line)} is no line of the front matter; its keys are ${KEYS.join(', ')}`,
      );
    facts[key] = value!;
  }
  const missing = KEYS.filter((key) => facts[key] === undefined);
  if (missing.length > 0) throw wrong(file, 1, `the front matter lacks ${missing.join(', ')}`);
  return facts;
}

const listOf = (value: string) =>
  value
    .replace(/^\[(.*)\]$/, '$1')
    .split(/, */)
    .filter((item) => item !== '');

function blocksOf(file: string, text: string): Block[] {
  return [...text.matchAll(FENCE)].flatMap(({ 1: kind, 2: path, 3: body, index }): Block[] => {
    const line = lineAt(text, index) + 1;
    if (kind === 'diff' && path !== undefined) return [{ kind: 'edit', path, ...sidesOf(body!), line }];
    if (!KINDS.includes(kind!)) return [];
    if (path !== undefined && path !== 'local' && path !== 'aws')
      throw wrong(file, line - 1, `a block is played everywhere, or on "local" or "aws" alone, not on "${path}"`);
    return [{ kind: kind as CommandKind, only: path, commands: commandsOf(file, body!, line), line }];
  });
}

/** The text of an edit before and after it. */
function sidesOf(body: string): { before: string; after: string } {
  const side = (without: string) =>
    body
      .split('\n')
      .filter((line) => !line.startsWith(without))
      .map((line) => line.slice(1))
      .join('\n');
  return { before: side('+'), after: side('-') };
}

/** @param first line of the file on which the body begins */
function commandsOf(file: string, body: string, first: number): Command[] {
  const commands: { text: string; expected: string[]; line: number }[] = [];
  for (const [index, line] of body.replace(/\n$/, '').split('\n').entries()) {
    const last = commands.at(-1);
    if (line.startsWith('$ ')) commands.push({ text: line.slice(2), expected: [], line: first + index });
    else if (last === undefined)
      throw wrong(file, first + index, `a block begins with a command after "$ ", not with ${JSON.stringify(line)}`);
    else if (last.expected.length === 0 && last.text.endsWith('\\')) last.text += `\n${line}`;
    else last.expected.push(line);
  }
  return commands;
}

const lineAt = (text: string, index: number) => text.slice(0, index).split('\n').length;

const wrong = (file: string, line: number, what: string) => new Refused(`${file}:${line}: ${what}`);
