/** Lists the resources of any type by its row of the table. */
import { names } from '../../../lib/shared/names';
import type { Aws } from '../../operate/deployed-kit';
import { type Listing, type ResourceKind, resourceKinds } from '../../shared/resource-kinds';
import { listAll } from '../../shared/sdk';
import type { Json } from '../../shared/templates';
import { apart } from './apart';
import { jobOwns, pathOwns, stackOwns } from './owner';

export interface Thing {
  /** Its name in the service. */
  name: string;
  /** The identifier for the removing command, if it is not the name. */
  id?: string;
  /** Why it does not count: it ends by itself, belongs to the account, or is a record without cost. @default it counts */
  apart?: Apart;
}

export type Apart = 'pending deletion' | 'shared' | 'history';

export interface Kind extends ResourceKind {
  type: string;
  listed: Listing;
  removed: string;
}

export const kinds: readonly Kind[] = Object.entries(resourceKinds).flatMap(([type, kind]) =>
  kind.listed === undefined ? [] : [{ ...kind, type, listed: kind.listed, removed: kind.removed! }],
);

/** Every resource of a type in the account and Region; a request that filters by name returns matches only. */
export async function list(aws: Aws, kit: string, { type, listed }: Kind, filter: object = {}): Promise<Thing[]> {
  if (listed.by === 'apart') return apart[type]!(aws, kit);
  if (listed.within === undefined) return answered(aws, kit, listed, filter);
  const parents = kinds.find((kind) => kind.type === listed.within)!;
  const found: Thing[] = [];
  for (const { name: parent } of await list(aws, kit, parents))
    // A service refuses to list within a missing parent.
    if (owns(kit, parents.listed, parent)) found.push(...(await answered(aws, kit, listed, filter, parent)));
  return found;
}

async function answered(aws: Aws, kit: string, listed: Listing, filter: object, parent = ''): Promise<Thing[]> {
  const { by, last, history, shared, after, gone = {} } = listed;
  const things: Thing[] = [];
  const input = { ...(filled(listed.input ?? {}, { ...places(kit), parent }) as object), ...filter };
  const members = [listed.in ?? []].flat();
  for (const item of await listAll(aws, by, input, members, after)) {
    if (Object.entries(gone).some(([field, value]) => item[field] === value)) continue;
    const whole = String(listed.name === undefined ? item : item[listed.name]);
    const name = last === undefined ? whole : whole.split(last).at(-1)!;
    const id = last === undefined ? at(item, listed.id) : whole;
    const why = history ? 'history' : isShared(shared, name) ? 'shared' : undefined;
    things.push({ name, ...(id === undefined ? {} : { id: String(id) }), ...(why && { apart: why }) });
  }
  return things;
}

const at = (item: Json, path?: string): Json => path?.split('.').reduce((inner: Json, key) => inner?.[key], item);

const isShared = (pattern: string | undefined, name: string) => pattern !== undefined && new RegExp(pattern).test(name);

/** Names that the kit fixes. Glue's catalog allows no hyphens. */
export const places = (kit: string): Record<string, string> => ({
  kit,
  catalog: kit.replaceAll('-', '_'),
  endpoint: names.endpoint(kit),
  registry: names.modelPackageGroup(kit),
});

/** Fills every `{place}` in the texts of a value; a place without a value stays. */
export function filled(value: Json, values: Record<string, Json>): Json {
  if (typeof value === 'string') {
    const whole = values[/^\{(\w+)\}$/.exec(value)?.[1] ?? ''];
    return whole ?? value.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, values)]));
}

const owners: Record<string, (kit: string, name: string) => boolean> = {
  '{stack}': stackOwns,
  '{path}': pathOwns,
  '{job}': jobOwns,
};

/** Whether the name identifies a resource as the kit's; a tag may do so, too. */
export function owns(kit: string, { owned = ['{stack}'], shared }: Listing, name: string): boolean {
  const ours = (pattern: string) => {
    const fixed = String(filled(pattern, places(kit)));
    return owners[pattern]?.(kit, name) ?? (fixed.endsWith('*') ? name.startsWith(fixed.slice(0, -1)) : name === fixed);
  };
  return isShared(shared, name) || owned.some(ours);
}

/** The command that removes a resource. */
export const removal = (kit: string, { removed }: Kind, { name, id }: Thing): string =>
  String(filled(removed, { ...places(kit), name, id }));
