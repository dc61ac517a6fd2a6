import type { Aws } from '../../operate/deployed-kit';

/** Something in the account. */
export interface Thing {
  /** What its service calls it. */
  name: string;
  /** What the removing command takes, where that is not the name. */
  id?: string;
  /** Why it does not count: it ends by itself, belongs to the account, or is a record that costs nothing. @default it counts */
  apart?: Apart;
}

export type Apart = 'pending deletion' | 'shared' | 'history';

/** One kind of thing: how to find it, how to know the kit's, how to be rid of it. */
export interface Kind {
  kind: string;
  /** Every one in the account and Region; a kind whose service filters by name may leave others out. */
  list(aws: Aws, kit: string): Promise<Thing[]>;
  /** Whether its name tells that it is the kit's; a tag may tell, too. */
  named(kit: string, thing: Thing): boolean;
  /** The command that removes it. */
  remove(thing: Thing): string;
  /** Service and beginning of the resource part of its ARNs, where it can be tagged. */
  arn?: readonly [service: string, resource: string];
}

export async function all<Page, T>(
  pages: AsyncIterable<Page>,
  pick: (page: Page) => readonly T[] | undefined,
): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...(pick(page) ?? []));
  return found;
}

export const things = (list: readonly (string | undefined)[]): Thing[] => list.map((name) => ({ name: name! }));
