/** The templates of a synthesized app for comparison: values that no decision of the app changes are masked or left out. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitionOf } from './definition';
import type { Json } from './json';

export interface Template {
  /** The tags that the stack gives to everything in it. */
  Tags?: Record<string, string>;
  Resources: Record<string, { Type: string; Properties?: Record<string, Json>; [member: string]: Json }>;
  [section: string]: Json;
}
/** Templates by stack, named as its construct in kebab case: `DataLake` is `data-lake`. */
export type Stacks = Record<string, Template>;

/** @throws Error when the folder is no assembly */
export function readAssembly(folder: string): Stacks {
  const file = join(folder, 'manifest.json');
  if (!existsSync(file)) throw new Error(`${folder} holds no synthesized app: it has no manifest.json`);
  const { artifacts } = JSON.parse(readFileSync(file, 'utf8')) as { artifacts: Record<string, Json> };
  return Object.assign(
    {},
    ...Object.entries(artifacts).map(([id, { type, properties, displayName }]) => {
      // The assembly of a Stage lies in a folder of its own.
      if (type === 'cdk:cloud-assembly') return readAssembly(join(folder, properties.directoryName));
      if (type !== 'aws:cloudformation:stack') return {};
      const text = readFileSync(join(folder, properties.templateFile), 'utf8');
      return { [kebab(displayName ?? id)]: readable(text, properties.tags) };
    }),
  );
}

export const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();

/** Sections in the order in which a template is read; others follow. */
const SECTIONS = ['Description', 'Tags', 'Parameters', 'Mappings', 'Conditions', 'Rules', 'Resources', 'Outputs'];
/** Members that the CDK adds to every template; `cdk diff` hides them too. */
const ADDED = ['BootstrapVersion', 'CheckBootstrapVersion', 'CDKMetadata', 'CDKMetadataAvailable'];

function readable(text: string, tags: Record<string, string> = {}): Template {
  // Names of assets are hashes of code: a changed handler is no changed infrastructure.
  const template = JSON.parse(text.replaceAll(/[0-9a-f]{64}/g, '<hash>')) as Record<string, Json>;
  if (Object.keys(tags).length > 0) template.Tags = tags;
  const names = [...new Set([...SECTIONS, ...Object.keys(template)])].filter((name) => name in template);
  const sections = names.map((name) => {
    if (typeof template[name] !== 'object') return [name, template[name]];
    const own = Object.entries<Json>(template[name]).filter(([id]) => !ADDED.includes(id));
    // Sorted, so that a construct that moved in the source is no difference.
    own.sort(([a], [b]) => (a < b ? -1 : 1));
    const members = own.map(([id, value]) => [id, name === 'Resources' ? resource(value, tags) : regions(value)]);
    return [name, Object.fromEntries(members)];
  });
  return Object.fromEntries(
    sections.filter(([, section]) => typeof section !== 'object' || Object.keys(section).length > 0),
  );
}

function resource(value: Json, tags: Record<string, string>): Json {
  const { Properties } = value;
  if (Properties === undefined) return value;
  const definition =
    value.Type === 'AWS::StepFunctions::StateMachine' ? definitionOf(Properties.DefinitionString) : undefined;
  return {
    ...value,
    Properties: {
      ...Properties,
      ...(Properties.Tags === undefined ? {} : { Tags: ownTags(Properties.Tags, tags) }),
      ...(definition === undefined ? {} : { DefinitionString: definition }),
    },
  };
}

const OF_STACK = '<tags of the stack>';

/** The tags with those of the stack, where all of them are there, as one word: on every resource they would fill a third of the file. */
function ownTags(tags: Json, ofStack: Record<string, string>): Json {
  const wanted = Object.entries(ofStack);
  const has = (key: string, value: string) =>
    Array.isArray(tags) ? tags.some(({ Key, Value }) => Key === key && Value === value) : tags[key] === value;
  if (wanted.length === 0 || !wanted.every(([key, value]) => has(key, value))) return tags;
  if (Array.isArray(tags)) {
    const others = tags.filter(({ Key }) => !(Key in ofStack));
    return others.length === 0 ? OF_STACK : [...others, OF_STACK];
  }
  const others = Object.entries(tags).filter(([key]) => !(key in ofStack));
  return others.length === 0 ? OF_STACK : Object.fromEntries([...others, [OF_STACK, '']]);
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;
/** A list of so many Regions is a table that AWS keeps, not a decision of the app. */
const MANY = 8;

/** Tables and lists by Region as one line, which still changes when one of their values does. */
function regions(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  const names: unknown[] = Array.isArray(value) ? value : Object.keys(value);
  if (names.length > MANY && names.every((name) => typeof name === 'string' && REGION.test(name))) {
    const digest = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
    return `<${names.length} Regions, sha256 ${digest}>`;
  }
  if (Array.isArray(value)) return value.map(regions);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, regions(each)]));
}
