/** Finds for a resource what the rooms' notes say about it. */
import { type RoomName, roomNames } from '../../lib/rooms';
import { type Note, type Notes, selfExplanatory, sharedNotes } from '../../lib/shared/notes';
import { schema } from './schemas';
import type { Json } from '../shared/templates';
import type { Resource } from './synthesized';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- each room of the list has the file, and nobody has to add it here
const notesOf = (room: RoomName) => (require(`../../lib/${room}/notes`) as { notes: Notes }).notes;
const tables = Object.fromEntries(roomNames.map((room) => [room, notesOf(room)])) as Record<RoomName, Notes>;

export interface Fact {
  readonly text: string;
  /** Which entry says it: `<table> <key> <what>`. */
  readonly source: string;
  /** Whether the entry is about this resource and not about its type. */
  readonly own: boolean;
}

export interface Annotation {
  readonly why?: Fact;
  readonly without?: Fact;
  /** By dotted property, in the template's order. */
  readonly properties: ReadonlyMap<string, Fact>;
  /** Properties that are set, not required by CloudFormation, and explained nowhere. */
  readonly unexplained: readonly string[];
}

/** What the notes say of a resource. */
export function annotate(resource: Pick<Resource, 'room' | 'path' | 'type' | 'properties'>): Annotation {
  const entries = entriesFor(resource);
  const set = leaves(resource.properties);
  const explained = new Map<string, Fact>();
  const unexplained: string[] = [];
  const { required } = schema(resource.type);
  for (const leaf of set) {
    const fact = nearest(entries, leaf);
    if (fact !== undefined) explained.set(fact.property, fact);
    else {
      const [first = ''] = leaf.split('.');
      if (!required.includes(first) && !(selfExplanatory as readonly string[]).includes(first)) unexplained.push(leaf);
    }
  }
  return { why: said(entries, 'why'), without: said(entries, 'without'), properties: explained, unexplained };
}

/** What breaks without a stack; its file's header says the rest. */
export const stackNote = (room: RoomName, stack: string): Note => tables[room][stack] ?? {};

/** Every fact of every table, as `source` names it; `stacks` are keys that are no resources. */
export function allSources(): string[] {
  return Object.entries({ ...tables, shared: sharedNotes }).flatMap(([table, notes]) =>
    Object.entries(notes).flatMap(([key, { why, without, properties = {} }]) => [
      ...(why === undefined ? [] : [`${table} ${key} why`]),
      ...(without === undefined ? [] : [`${table} ${key} without`]),
      ...Object.keys(properties).map((property) => `${table} ${key} ${property}`),
    ]),
  );
}

interface Entry {
  readonly source: string;
  readonly note: Note;
  readonly own: boolean;
}

/** Most specific first. */
function entriesFor({ room, path, type }: Pick<Resource, 'room' | 'path' | 'type'>): Entry[] {
  const candidates = [
    [room, tables[room]],
    ['shared', sharedNotes],
  ] as const;
  return candidates.flatMap(([table, notes]) => {
    const matching = Object.entries(notes).flatMap(([key, note]) => {
      const rank = key === path ? 0 : matches(key, path) ? 1 : key === type ? 2 : undefined;
      return rank === undefined ? [] : [{ rank, source: `${table} ${key}`, note, own: rank < 2 }];
    });
    return matching.sort((a, b) => a.rank - b.rank);
  });
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return parts.length > 1 && new RegExp(`^${parts.join('.*')}$`).test(path);
}

function said(entries: readonly Entry[], what: 'why' | 'without'): Fact | undefined {
  for (const { source, note, own } of entries) {
    const text = note[what];
    if (text !== undefined) return { text, source: `${source} ${what}`, own };
  }
  return undefined;
}

/** The entry that names the property itself or what it lies in; the nearer property wins, then the nearer entry. */
function nearest(entries: readonly Entry[], leaf: string): (Fact & { property: string }) | undefined {
  const names = leaf.split('.').map((_, i, parts) => parts.slice(0, parts.length - i).join('.'));
  for (const property of names)
    for (const { source, note, own } of entries) {
      const text = note.properties?.[property];
      if (text !== undefined) return { text, source: `${source} ${property}`, own, property };
    }
  return undefined;
}

/** Dotted paths of what is set: arrays are passed through, intrinsics are values. */
export function leaves(value: Json, path = ''): string[] {
  if (Array.isArray(value) && value.length > 0) return [...new Set(value.flatMap((item) => leaves(item, path)))];
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const keys = isObject ? Object.keys(value) : [];
  if (keys.length === 0 || keys.some((key) => key === 'Ref' || key.startsWith('Fn::')))
    return path === '' ? [] : [path];
  return [...new Set(keys.flatMap((key) => leaves(value[key], path === '' ? key : `${path}.${key}`)))];
}
