/** A resource over all profiles: where it exists, what it is set to in each, what its notes say. */
import { annotate, leaves, type Fact } from './annotations';
import { code } from './markdown';
import type { Json } from '../shared/templates';
import type { Resource, Synthesized } from './synthesized';

export interface Documented {
  readonly room: Resource['room'];
  readonly stack: string;
  readonly path: string;
  readonly type: string;
  /** Names of the variants that have it. */
  readonly in: string[];
  readonly why: Fact | undefined;
  readonly without: Fact | undefined;
  readonly explained: Map<string, Fact>;
  /** Dotted property → variant → value as text. */
  readonly values: Map<string, Map<string, string>>;
}

/** In the order of the templates, those that only later variants have at the end of their stack. */
export function document(kits: readonly Synthesized[]): Documented[] {
  const documented = new Map<string, Documented>();
  for (const kit of kits)
    for (const resource of kit.resources) {
      const { why, without, properties } = annotate(resource);
      const { room, stack, path, type } = resource;
      const one = documented.get(path) ?? {
        ...{ room, stack, path, type, why, without },
        in: [] as string[],
        explained: new Map<string, Fact>(),
        values: new Map<string, Map<string, string>>(),
      };
      documented.set(path, one);
      one.in.push(kit.name);
      for (const [property, fact] of properties) one.explained.set(property, fact);
      for (const [leaf, value] of settings(kit, resource)) {
        const property = explainedBy(properties, leaf);
        const byVariant = one.values.get(property) ?? new Map<string, string>();
        const before = byVariant.has(kit.name) ? `${byVariant.get(kit.name)}, ` : '';
        const name = leaf === property ? '' : `${leaf.slice(property.length + 1)} `;
        one.values.set(property, byVariant.set(kit.name, before + name + value));
      }
    }
  return [...documented.values()];
}

/** A property is compared as far down as it is explained; a state machine's definition state by state. */
function explainedBy(properties: ReadonlyMap<string, Fact>, leaf: string): string {
  const parts = leaf.split('.');
  const names = parts.map((_, i) => parts.slice(0, parts.length - i).join('.'));
  return names.find((name) => properties.has(name) && name !== 'DefinitionString') ?? leaf;
}

/** What a property of these resources is set to in the first variant that sets it; the others are told where profiles are compared. */
export function isSet(resources: readonly Documented[], property: string): string {
  const texts = resources.map(({ values }) => [...(values.get(property)?.values() ?? [])][0] ?? '');
  const [text = ''] = texts;
  return new Set(texts).size > 1
    ? 'its own'
    : text.length > LONG
      ? 'see the template'
      : code(text === '' ? '[]' : text);
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
    const under = (property: string) => [...values].filter(([name]) => `${name}.`.startsWith(`${property}.`));
    const property =
      parts
        .map((_, i) => parts.slice(0, i + 1).join('.'))
        .find((prefix) => under(prefix).every(([, other]) => !absent.some((variant) => other.has(variant)))) ?? leaf;
    const alone = under(property).length === 1;
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
  return new Map(
    leaves(own)
      .filter((path) => !/(^|\.)Tags(\.|$)/.test(path))
      .map((path) => [
        path,
        pick(own, path.split('.'))
          .map((value) => plain(kit.text(stack, value)))
          .join(', '),
      ]),
  );
}

/** Reads a dotted path; keys may hold dots themselves, so the longest key that fits is taken. */
function pick(value: Json, path: readonly string[]): Json[] {
  if (path.length === 0) return Array.isArray(value) ? value : [value];
  if (Array.isArray(value)) return value.flatMap((item) => pick(item, path));
  if (typeof value !== 'object' || value === null) return [];
  for (let length = path.length; length > 0; length--) {
    const key = path.slice(0, length).join('.');
    if (key in value) return pick(value[key], path.slice(length));
  }
  return [];
}

/** References by their construct path; what changes with every edit of a program, masked. */
export const plain = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{64}/g, '<hash>')
    .replaceAll(/\$\{AWS::(\w+)\}/g, (_, name: string) => `<${name}>`)
    .replaceAll(/\$\{([^}]+)\}/g, '$1')
    .replaceAll('\n', ' ');
