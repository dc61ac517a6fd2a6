/** The command: it writes the files, checks them against the synthesized app, and compares them with another branch. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ACCEPTED, unaccepted } from './accepted';
import { readAssembly } from './assembly';
import { compare, type Knowledge } from './compare';
import { type Files, filesAt, filesIn, fromFiles, stackOfFile, toFiles, type Variants } from './files';
import { markdown, plain } from './report';

export type { Stacks, Template } from './assembly';
export type { Knowledge } from './compare';

export interface Variant {
  /** Synthesizes the app. @returns the folder of its cloud assembly */
  assembly(): string;
  /** Variant from which only the differences are kept. @default - the first one, which is kept whole */
  of?: string;
}

export interface Options extends Knowledge {
  /** Folder of the files, relative to the working directory. */
  folder: string;
  variants: Readonly<Record<string, Variant>>;
}

/**
 * The command: `[--update [stack...]] [--base <git ref>] [--format text|markdown]`.
 * @returns its exit code: 1 where files are not what the app synthesizes, or where nobody accepted a loss or a wider grant
 */
export function templateFiles(args: readonly string[], options: Options): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      update: { type: 'boolean', default: false },
      base: { type: 'string' },
      format: { type: 'string', default: 'text' },
    },
    allowPositionals: true,
  });
  if (values.format !== 'text' && values.format !== 'markdown')
    throw new Error(`--format must be text or markdown; received "${values.format}"`);
  if (positionals.length > 0 && !values.update) throw new Error(`"${positionals[0]}" goes with --update`);

  const folder = relative(process.cwd(), options.folder);
  const after = synthesized(options.variants);
  const expected = toFiles(after, bases(options.variants));
  const there = filesIn(folder);
  const stale = staleFiles(there, expected);
  const base = values.base === undefined ? undefined : filesAt(values.base, folder);

  if (base !== undefined || stale.length > 0) {
    const before = readable(base?.files ?? there, folder, values.update);
    const report = before === undefined ? [] : compare(before, after, options);
    const accepted = join(folder, ACCEPTED);
    const now = existsSync(accepted) ? readFileSync(accepted, 'utf8') : undefined;
    const open = unaccepted(report, now, base?.read(ACCEPTED));
    if (before !== undefined)
      process.stdout.write(
        values.format === 'markdown'
          ? markdown(report, open, folder, stale.length > 0 && !values.update)
          : plain(report, open, folder, before, after),
      );
    if (values.update) update(folder, expected, stale, positionals, Object.values(after));
    else if (stale.length > 0) process.stderr.write(`${outOfDate(folder, stale, there, expected)}\n`);
    return (stale.length > 0 && !values.update) || (base !== undefined && open.length > 0) ? 1 : 0;
  }
  process.stderr.write(`${folder}: ${expected.size} files are what the app synthesizes\n`);
  return 0;
}

const synthesized = (variants: Options['variants']): Variants =>
  Object.fromEntries(Object.entries(variants).map(([name, variant]) => [name, readAssembly(variant.assembly())]));

const bases = (variants: Options['variants']): Record<string, string> =>
  Object.fromEntries(Object.entries(variants).flatMap(([name, { of }]) => (of === undefined ? [] : [[name, of]])));

const staleFiles = (there: Files, expected: Files): string[] =>
  [...new Set([...there.keys(), ...expected.keys()])].filter((path) => there.get(path) !== expected.get(path)).sort();

/** The templates of the files. Unreadable files, for example with marks of a conflict, are no error where they are written again. */
function readable(files: Files, folder: string, update: boolean): Variants | undefined {
  // The first time there is nothing to compare with.
  if (files.size === 0) return undefined;
  try {
    return fromFiles(files);
  } catch (error) {
    if (update) return undefined;
    throw new Error(`${folder}/${(error as Error).message}\n--update writes the files again`, { cause: error });
  }
}

function update(
  folder: string,
  expected: Files,
  stale: readonly string[],
  wanted: readonly string[],
  all: readonly object[],
): void {
  const known = new Set([...all.flatMap((stacks) => Object.keys(stacks)), ...stale.map(stackOfFile)]);
  const unknown = wanted.filter((stack) => !known.has(stack));
  if (unknown.length > 0) throw new Error(`there is no stack "${unknown[0]}"; there are ${[...known].join(', ')}`);
  for (const path of stale.filter((each) => wanted.length === 0 || wanted.includes(stackOfFile(each)))) {
    const text = expected.get(path);
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
    process.stderr.write(`${text === undefined ? 'deleted' : 'wrote'} ${folder}/${path}\n`);
  }
}

function outOfDate(folder: string, stale: readonly string[], there: Files, expected: Files): string {
  const lines = stale.map((path) => {
    const why = !expected.has(path) ? 'belongs to no stack' : there.has(path) ? 'differs' : 'is missing';
    return `  ${folder}/${path}: ${why}`;
  });
  return ['These files are not what the app synthesizes; --update writes them:', ...lines].join('\n');
}
