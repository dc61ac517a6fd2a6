/** Resources under a new logical id: CloudFormation creates them again, and every reference to them changes. */
import type { Stacks, Template } from './assembly';
import type { Json } from './json';

/** Old logical id to new one, by stack. */
export type Renames = ReadonlyMap<string, ReadonlyMap<string, string>>;

export function renamesIn(before: Stacks, after: Stacks): Renames {
  return new Map(
    Object.keys(before).flatMap((stack) => {
      const pairs = after[stack] === undefined ? [] : pairsOf(before[stack]!, after[stack]);
      return pairs.length === 0 ? [] : [[stack, new Map(pairs)]];
    }),
  );
}

function pairsOf(before: Template, after: Template): [string, string][] {
  const gone = Object.keys(before.Resources).filter((id) => !(id in after.Resources));
  const come = new Set(Object.keys(after.Resources).filter((id) => !(id in before.Resources)));
  // Renamed resources refer to one another: all of their ids are read as one.
  const like = (resource: Json, ids: Iterable<string>) => replaced(JSON.stringify(resource), ids, () => '?');
  const pairs: [string, string][] = [];
  const pair = (old: string, same: (id: string) => boolean) => {
    const found = [...come].filter(same);
    if (found[0] === undefined) return;
    come.delete(found[0]);
    pairs.push([old, found[0]]);
  };
  const all = [...come];
  for (const old of gone) {
    const text = like(before.Resources[old], gone);
    pair(old, (id) => like(after.Resources[id], all) === text);
  }
  // Renamed and changed at once: the one of its type that went and the one that came.
  const left = gone.filter((old) => !pairs.some(([paired]) => paired === old));
  for (const old of left) {
    const type = before.Resources[old]!.Type;
    const ofType = (ids: Iterable<string>, { Resources }: Template) =>
      [...ids].filter((id) => Resources[id]!.Type === type);
    if (ofType(left, before).length === 1 && ofType(come, after).length === 1)
      pair(old, (id) => after.Resources[id]!.Type === type);
  }
  return pairs;
}

/** The earlier templates under the new names: the differences that remain are changes beyond the names. */
export function underNewNames(before: Stacks, after: Stacks, renames: Renames): Stacks {
  const ids = new Map([...renames.values()].flatMap((pairs) => [...pairs]));
  if (ids.size === 0) return before;
  const renamed = withNames(before, ids);
  // The name of an export ends with a hash of the path that it was made of.
  const exports = new Map(
    Object.entries(renamed).flatMap(([stack, { Outputs = {} }]) => {
      const there = Object.entries<Json>(after[stack]?.Outputs ?? {});
      return Object.entries<Json>(Outputs).flatMap(([name, { Value }]) => {
        const same = there.find(([, output]) => JSON.stringify(output.Value) === JSON.stringify(Value));
        return same === undefined || same[0] === name || there.some(([other]) => other === name)
          ? []
          : [[name, same[0]]];
      });
    }) as [string, string][],
  );
  return withNames(renamed, exports);
}

const withNames = (stacks: Stacks, names: ReadonlyMap<string, string>): Stacks =>
  JSON.parse(replaced(JSON.stringify(stacks), names.keys(), (name) => names.get(name)!)) as Stacks;

/** @param names longer ones are replaced first, because a short one may be their beginning */
function replaced(text: string, names: Iterable<string>, by: (name: string) => string): string {
  const longest = [...names].sort((a, b) => b.length - a.length);
  return longest.length === 0 ? text : text.replaceAll(new RegExp(longest.join('|'), 'g'), by);
}
