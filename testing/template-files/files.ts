/** The files: whole templates of the first variant, state machines beside them, and only the differences of other variants. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { kebab, type Stacks, type Template } from './assembly';
import { applied, difference, type Json, print } from './json';

/** Texts by path below the folder. */
export type Files = ReadonlyMap<string, string>;
/** Stacks by variant. */
export type Variants = Record<string, Stacks>;

const line = (value: Json) => `${print(value)}\n`;
/** Before the name of the file that stands for a definition. */
const IN_FILE = 'file:';

/** @param of variant that another one is compared with; the first variant where it names none */
export function toFiles(variants: Variants, of: Readonly<Record<string, string>> = {}): Files {
  const [first] = Object.keys(variants);
  return new Map(
    Object.entries(variants).flatMap(([variant, stacks]) =>
      Object.entries(stacks).flatMap(([stack, template]): [string, string][] => {
        const base = of[variant] ?? first!;
        const there = variant === first ? undefined : variants[base]?.[stack];
        if (there === undefined) return whole(variant, stack, template);
        return [[`${variant}/${stack}.diff.json`, line({ of: base, ...difference(there, template) })]];
      }),
    ),
  );
}

function whole(variant: string, stack: string, template: Template): [string, string][] {
  const files: [string, string][] = [];
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    const definition = resource.Properties?.DefinitionString;
    if (typeof definition?.States !== 'object') return [id, resource];
    const short = `${stack}.${kebab(id.replace(/[0-9A-F]{8}$/, '').replace(/(State)?Machine$/, ''))}.asl.json`;
    const name = files.some(([path]) => path === `${variant}/${short}`) ? `${stack}.${id}.asl.json` : short;
    files.push([`${variant}/${name}`, line(definition)]);
    return [id, { ...resource, Properties: { ...resource.Properties, DefinitionString: `${IN_FILE}${name}` } }];
  });
  const text = line({ ...template, Resources: Object.fromEntries(resources) });
  return [[`${variant}/${stack}.template.json`, text], ...files];
}

/** The templates that files stand for. @throws Error naming the file that cannot be read */
export function fromFiles(files: Files): Variants {
  const parsed = (path: string): Json => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`${path} is missing, which another file names`);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Error(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
    }
  };
  const templateOf = (variant: string, stack: string): Template => {
    const path = `${variant}/${stack}.template.json`;
    if (!files.has(path)) {
      const { of, ...differs } = parsed(`${variant}/${stack}.diff.json`);
      return applied(templateOf(of, stack), differs);
    }
    const template = parsed(path) as Template;
    for (const { Properties } of Object.values(template.Resources))
      if (typeof Properties?.DefinitionString === 'string' && Properties.DefinitionString.startsWith(IN_FILE))
        Properties.DefinitionString = parsed(`${variant}/${Properties.DefinitionString.slice(IN_FILE.length)}`);
    return template;
  };
  const variants: Variants = {};
  for (const path of files.keys()) {
    const [, variant, stack] = /^([^/]+)\/([^/.]+)\.(?:template|diff)\.json$/.exec(path) ?? [];
    if (variant !== undefined && stack !== undefined) (variants[variant] ??= {})[stack] = templateOf(variant, stack);
  }
  return variants;
}

/** Stack that a file belongs to. */
export const stackOfFile = (path: string): string => basename(path).split('.')[0]!;

const isTemplateFile = (path: string) => /^[^/]+\/[^/]+\.json$/.test(path);

/** Files of the working tree. */
export function filesIn(folder: string): Files {
  if (!existsSync(folder)) return new Map();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
  return new Map(paths.filter(isTemplateFile).map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/**
 * The files where this branch left another one: a change on that one since then is none of ours. `read` takes any path below the folder, and
 * gives undefined where there is none.
 * @throws Error when git does not know the name
 */
export function filesAt(ref: string, folder: string): { files: Files; read(path: string): string | undefined } {
  const cwd = dirname(resolve(folder));
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e9 });
  let commit: string;
  try {
    commit = git('merge-base', 'HEAD', ref).trim();
  } catch (error) {
    throw new Error(
      `--base: git finds no commit that ${JSON.stringify(ref)} and HEAD have in common: fetch it (in a workflow, fetch-depth of actions/checkout), or name another branch`,
      { cause: error },
    );
  }
  const below = `${basename(folder)}/`;
  const paths = git('ls-tree', '-r', '--name-only', commit, '--', below)
    .split('\n')
    .filter((path) => path.startsWith(below))
    .map((path) => path.slice(below.length));
  const read = (path: string) => (paths.includes(path) ? git('show', `${commit}:./${below}${path}`) : undefined);
  return { files: new Map(paths.filter(isTemplateFile).map((path) => [path, read(path)!])), read };
}
