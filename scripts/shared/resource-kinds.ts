/** The table of resource types: name, idle cost, naming rules, loss on replacement, and how to list and remove them. */
import table from '../../facts/resource-kinds.json';

/** How to list the resources of a type; facts/resource-kinds.json explains each member. */
export interface Listing {
  by: string;
  in?: string | string[];
  name?: string;
  last?: string;
  id?: string;
  input?: Record<string, unknown>;
  owned?: string[];
  within?: string;
  shared?: string;
  gone?: Record<string, string>;
  history?: boolean;
  after?: string;
}

/** A price of facts/prices.json that an existing resource causes. */
interface IdleCharge {
  what: string;
  price: string;
  /** Units per month, or the assumption with that number. */
  aMonth: number | string;
}

export interface ResourceKind {
  label: string;
  drawn?: 'storage' | 'compute' | 'machine' | 'signal' | 'door';
  idle?: 'free' | 'by use' | 'computed' | IdleCharge[];
  name?: { property: string; limit: number };
  arn?: string;
  ref?: 'arn';
  lost?: string;
  listed?: Listing;
  removed?: string;
  look?: { logs?: string[]; metrics?: string; console?: string };
  note?: string;
}

export const resourceKinds = table.kinds as Readonly<Record<string, ResourceKind>>;

/** One sentence for each type that the table lacks, naming a resource of it and what to add. */
export function unknownKinds(resources: readonly { stack: string; id: string; type: string }[]): string[] {
  const first = new Map(resources.map((resource) => [resource.type, resource]));
  return [...first.values()]
    .filter(({ type }) => resourceKinds[type]?.idle === undefined)
    .map(
      ({ stack, id, type }) =>
        `facts/resource-kinds.json has no row with the idle cost of ${type}, which ${stack}/${id} is: add one with label and idle (its "about" explains the members)`,
    );
}
