/** A resource over all profiles: where it exists, what it is set to in each, what its notes say. */
import { annotate, type Reasons } from './annotations';
import { code, grouped } from './markdown';
import type { Json } from '../shared/templates';
import type { Resource, Synthesized } from './synthesized';

export interface Documented {
  readonly room: Resource['room'];
  readonly stack: string;
  readonly path: string;
  readonly type: string;
  /** Names of the variants that have it. */
  readonly in: string[];
  readonly reasons: Reasons;
  /** Dotted property → variant → value as text. */
  readonly values: Map<string, Map<string, string>>;
}

/** In the order of the templates, those that only later variants have at the end of their stack. */
export function document(kits: readonly Synthesized[]): Documented[] {
  const documented = new Map<string, Documented>();
  for (const kit of kits)
    for (const resource of kit.resources) {
      const { room, stack, path, type } = resource;
      const one = documented.get(path) ?? {
        ...{ room, stack, path, type, reasons: annotate(resource) },
        in: [] as string[],
        values: new Map<string, Map<string, string>>(),
      };
      documented.set(path, one);
      one.in.push(kit.name);
      for (const [leaf, value] of settings(kit, resource))
        one.values.set(leaf, (one.values.get(leaf) ?? new Map<string, string>()).set(kit.name, value));
    }
  return [...documented.values()];
}

/** The leaves of a property. */
export const under = (values: Documented['values'], property: string) =>
  [...values].filter(([leaf]) => `${leaf}.`.startsWith(`${property}.`));

/** What a property of these resources is set to in the first variant that sets it; the others are told where profiles are compared. */
export function isSet(resources: readonly Documented[], property: string): string {
  const texts = resources.map(({ values }) =>
    under(values, property)
      .map(([leaf, byVariant]) => `${leaf.slice(property.length + 1)} ${[...byVariant.values()][0]}`.trim())
      .join(', '),
  );
  const [text = ''] = texts;
  if (new Set(texts).size > 1) return 'its own';
  return text.length > LONG ? 'see the template' : code(text === '' ? '[]' : text);
}

/** Characters that a table's cell still shows well. */
const LONG = 80;

/** Properties whose value is not the same in all variants that have the resource; what only some of them set is one row, however deep. */
export function differing({ values, in: variants }: Documented): { property: string; values: Map<string, string> }[] {
  const found = new Map<string, Map<string, string>>();
  for (const [leaf, byVariant] of values) {
    const absent = variants.filter((variant) => !byVariant.has(variant));
    if (absent.length === 0) {
      if (new Set(byVariant.values()).size > 1) found.set(leaf, shortened(byVariant));
      continue;
    }
    const parts = leaf.split('.');
    const property =
      parts
        .map((_, i) => parts.slice(0, i + 1).join('.'))
        .find((prefix) => under(values, prefix).every(([, other]) => !absent.some((variant) => other.has(variant)))) ??
      leaf;
    const alone = under(values, property).length === 1;
    found.set(
      property,
      alone ? shortened(byVariant) : new Map([...byVariant.keys()].map((variant) => [variant, 'set'])),
    );
  }
  return [...found].map(([property, byVariant]) => ({ property, values: byVariant }));
}

/** Long values are only told apart. */
function shortened(byVariant: ReadonlyMap<string, string>): Map<string, string> {
  const long = [...byVariant.values()].some((value) => value.length > LONG);
  const same = new Set(byVariant.values()).size === 1;
  const first = (value: string) => [...byVariant].find(([, other]) => other === value)?.[0];
  return new Map(
    [...byVariant].map(([variant, value]) => [
      variant,
      !long ? code(value) : first(value) !== variant ? `as ${first(value)}` : same ? 'set' : 'its own',
    ]),
  );
}

/** Leaf by leaf; a state machine's definition too. Tags name the profile and grants have a chapter of their own: neither is a setting. */
function settings(kit: Synthesized, { stack, type, properties }: Resource): Map<string, string> {
  const notSettings = ['Tags', 'ResourceTags', 'PolicyDocument'];
  const own = Object.fromEntries(Object.entries(properties).filter(([name]) => !notSettings.includes(name)));
  if (type === 'AWS::StepFunctions::StateMachine')
    own.DefinitionString = JSON.parse(kit.text(stack, own.DefinitionString)) as Json;
  const byPath = grouped(leafValues(own), ([path]) => path);
  return new Map(
    [...byPath]
      .filter(([path]) => !/(^|\.)Tags(\.|$)/.test(path))
      // An empty array is a leaf without a value.
      .map(([path, same]) => [
        path,
        same
          .flatMap(([, value]) => value)
          .map((value) => plain(kit.text(stack, value)))
          .join(', '),
      ]),
  );
}

/** Dotted paths of what is set. */
export const leaves = (value: Json): string[] => [...new Set(leafValues(value).map(([path]) => path))];

/** The values of the leaves with their dotted paths: arrays are passed through, intrinsics are values. */
function leafValues(value: Json, path = ''): [path: string, value: Json][] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item) => leafValues(item, path));
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const keys = isObject ? Object.keys(value) : [];
  if (keys.length === 0 || keys.some((key) => key === 'Ref' || key.startsWith('Fn::')))
    return path === '' ? [] : [[path, value]];
  return keys.flatMap((key) => leafValues(value[key], path === '' ? key : `${path}.${key}`));
}

/** References by their construct path; what changes with every edit of a program, masked. */
export const plain = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{64}/g, '<hash>')
    .replaceAll(/\$\{AWS::(\w+)\}/g, (_, name: string) => `<${name}>`)
    .replaceAll(/\$\{([^}]+)\}/g, '$1')
    .replaceAll('\n', ' ');
