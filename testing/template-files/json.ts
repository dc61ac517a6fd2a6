/** Readable JSON, with a value on one line where it fits, and differences by path. */
import { isDeepStrictEqual } from 'node:util';

// Templates are untyped data; every reader names what it expects.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** Columns of a line. */
const WIDTH = 120;

/** The text of a value. @param used columns before it on its line */
export function print(value: Json, indent = '', used = indent.length): string {
  const line = flat(value);
  if (used + line.length < WIDTH || typeof value !== 'object' || value === null || line.length <= 2) return line;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((each) => `${deeper}${print(each, deeper)}`)
    : Object.entries(value).map(([key, each]) => {
        const name = `${deeper}${JSON.stringify(key)}: `;
        return `${name}${print(each, deeper, name.length)}`;
      });
  return `${open}\n${members.join(',\n')}\n${indent}${close}`;
}

function flat(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(flat).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${flat(each)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

export interface Change {
  /** JSON Pointer (RFC 6901). */
  path: string;
  /** Absent where only the other side has it. */
  from?: Json;
  to?: Json;
}

const isObject = (value: Json) => typeof value === 'object' && value !== null;
const escaped = (key: string | number) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The deepest paths at which two values differ, in an order in which they can be applied. */
export function changes(from: Json, to: Json, path = ''): Change[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to)) return changesOfLists(from, to, path);
  if (!isObject(from) || !isObject(to) || Array.isArray(from) !== Array.isArray(to)) return [{ path, from, to }];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
    const at = path + escaped(key);
    if (!Object.hasOwn(to, key)) return [{ path: at, from: from[key] }];
    if (!Object.hasOwn(from, key)) return [{ path: at, to: to[key] }];
    return changes(from[key], to[key], at);
  });
}

/** The common beginning and end of two lists are left out; between them pairs are compared, and the rest is added or removed. */
function changesOfLists(from: Json[], to: Json[], path: string): Change[] {
  const most = Math.min(from.length, to.length);
  let begin = 0;
  while (begin < most && isDeepStrictEqual(from[begin], to[begin])) begin += 1;
  let end = 0;
  while (end < most - begin && isDeepStrictEqual(from.at(-1 - end), to.at(-1 - end))) end += 1;
  const indexes = Array.from({ length: Math.max(from.length, to.length) - begin - end }, (_, i) => begin + i);
  return indexes.flatMap((i) => {
    const at = path + escaped(i);
    if (i >= to.length - end) return [{ path: at, from: from[i] }];
    if (i >= from.length - end) return [{ path: at, to: to[i] }];
    return changes(from[i], to[i], at);
  });
}

/** The difference between two values as a file holds it; absent members are empty. */
interface Difference {
  removed?: string[];
  changed?: Record<string, Json>;
  added?: Record<string, Json>;
}

export function difference(from: Json, to: Json): Difference {
  const all = changes(from, to);
  const values = (some: Change[]) => Object.fromEntries(some.map((change) => [change.path, change.to]));
  const [removed, added, changed] = [
    all.filter((change) => !('to' in change)).map(({ path }) => path),
    all.filter((change) => !('from' in change)),
    all.filter((change) => 'from' in change && 'to' in change),
  ];
  return {
    ...(removed.length === 0 ? {} : { removed }),
    ...(changed.length === 0 ? {} : { changed: values(changed) }),
    ...(added.length === 0 ? {} : { added: values(added) }),
  };
}

/** @throws Error where a path leads to nothing */
export function applied(from: Json, { removed = [], changed = {}, added = {} }: Difference): Json {
  const root = { value: structuredClone(from) };
  const put = (path: string, act: (parent: Json, key: string) => void) => {
    const keys = ['value', ...path.split('/').slice(1)].map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const parent = keys.slice(0, -1).reduce<Json>((at, key) => at?.[key], root);
    if (!isObject(parent)) throw new Error(`${path} leads to nothing`);
    act(parent, keys.at(-1)!);
  };
  for (const [path, value] of Object.entries(changed)) put(path, (parent, key) => (parent[key] = value));
  // A list loses its last members first, so that the paths of the others stay right.
  for (const path of removed.toReversed())
    put(path, (parent, key) => (Array.isArray(parent) ? parent.splice(Number(key), 1) : delete parent[key]));
  for (const [path, value] of Object.entries(added))
    put(path, (parent, key) => (Array.isArray(parent) ? parent.splice(Number(key), 0, value) : (parent[key] = value)));
  return root.value;
}
