/** Finds for a resource what the notes say about it. */
import { type RoomName, roomNames } from '../../lib/rooms';
import { type Notes, sharedNotes } from '../../lib/shared/notes';
import type { Resource } from './synthesized';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- each room of the list has the file, and nobody has to add it here
const notesOf = (room: RoomName) => (require(`../../lib/${room}/notes`) as { notes: Notes }).notes;

/** `why` it is there, and why its properties are as they are. */
export type Reasons = Readonly<Record<string, string>>;

interface Entry {
  readonly table: string;
  readonly key: string;
  readonly reasons: Reasons;
}

const entriesOf = (table: string, notes: Notes): Entry[] =>
  Object.entries(notes).map(([key, note]) => ({
    table,
    key,
    reasons: typeof note === 'string' ? { why: note } : note,
  }));

const shared = entriesOf('shared', sharedNotes);

/** All entries, those of every room first. */
export const entries = [...shared, ...roomNames.flatMap((room) => entriesOf(room, notesOf(room)))];

/** What holds for every resource of a type. */
export const ofTypes = shared.filter(({ key }) => /^\w+::/.test(key));

/** Whether an entry is about a resource: by its path, a pattern, or its type. */
export function isAbout(
  { table, key }: Entry,
  { room, path, type }: Pick<Resource, 'room' | 'path' | 'type'>,
): boolean {
  if (table !== 'shared' && table !== room) return false;
  const pattern = key.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return key === type || new RegExp(`^${pattern}$`).test(path);
}

/** What is said of a resource itself and not of its type: an exact path wins over a pattern, the room's table over the shared one. */
export function annotate(resource: Pick<Resource, 'room' | 'path' | 'type'>): Reasons {
  const own = entries.filter((entry) => entry.key !== resource.type && isAbout(entry, resource));
  const exact = ({ key }: Entry) => Number(key === resource.path);
  return Object.assign({}, ...own.sort((a, b) => exact(a) - exact(b)).map(({ reasons }) => reasons)) as Reasons;
}
