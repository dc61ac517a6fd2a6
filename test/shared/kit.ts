/** The kit as tests see it: no bundling, so that a changed snapshot means changed infrastructure. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type StackName, stacksOf } from '../../lib/rooms';
import { assemblies } from './assemblies';
import type { Json } from './json';

export { managed } from '../../scripts/shared/managed';

export interface Resource {
  Type: string;
  Properties: Record<string, Json>;
  Condition?: string;
  DeletionPolicy?: string;
  Metadata?: Record<string, unknown>;
  DependsOn?: string[];
}

const stackIds = Object.fromEntries(stacksOf().map(({ id, stack }) => [stack, id])) as Record<StackName, string>;

/** The folder of an assembly, synthesized by the first test file of a run that asks for it. */
export function kit(profile = 'sandbox', config: Record<string, unknown> = {}): string {
  const folder = join(
    assemblies(),
    createHash('sha256')
      .update(JSON.stringify([profile, config]))
      .digest('hex'),
  );
  if (existsSync(folder)) return folder;
  // Here, because most files find their assembly and need not load the CDK, which takes them a second.
  const { kitApp } = require('../../scripts/shared/kit-app') as typeof import('../../scripts/shared/kit-app');
  const own = mkdtempSync(`${folder}-`);
  kitApp(profile, config, own).synth();
  try {
    renameSync(own, folder);
  } catch (error) {
    rmSync(own, { recursive: true });
    // The other worker may have been faster, with the same templates.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

const read = (assembly: string, file: string): Json => JSON.parse(readFileSync(join(assembly, file), 'utf8'));

export const template = (room: StackName, assembly = kit()): Json => read(assembly, `${stackIds[room]}.template.json`);

/** The tags that the stack itself is deployed with. */
export const stackTags = (room: StackName, assembly = kit()): Json =>
  read(assembly, 'manifest.json').artifacts[stackIds[room]].properties.tags;

/** Every template of the kit by room. */
export function templates(assembly = kit()): Record<StackName, Json> {
  return Object.fromEntries(
    stacksOf()
      .filter(({ id }) => existsSync(join(assembly, `${id}.template.json`)))
      .map(({ stack }) => [stack, template(stack, assembly)]),
  ) as Record<StackName, Json>;
}

export function resources(room: StackName, type: string, assembly = kit()): Record<string, Resource> {
  const all: [string, Resource][] = Object.entries(template(room, assembly).Resources);
  return Object.fromEntries(all.filter(([, { Type }]) => Type === type));
}

/** The one resource of a type. */
export function only(room: StackName, type: string, assembly = kit()): Resource {
  const found = Object.values(resources(room, type, assembly));
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${room} has ${found.length} ${type}, one expected`);
  return found[0];
}

/** The template with what changes with every edit of a handler or job masked. */
export function snapshot(room: StackName, assembly = kit()): unknown {
  const text = JSON.stringify(template(room, assembly));
  return JSON.parse(text.replaceAll(/[0-9a-f]{64}/g, '<hash>'));
}

/** An intrinsic as readable text: `<LogicalId>`, `<LogicalId.Arn>`, `<imported>`. */
export function readable(value: Json): string {
  if (typeof value === 'string') return value;
  if ('Fn::Join' in value)
    return (value['Fn::Join'][1] as unknown[]).map(readable).join(value['Fn::Join'][0] as string);
  if ('Ref' in value) return `<${value.Ref}>`;
  if ('Fn::GetAtt' in value) return `<${value['Fn::GetAtt'].join('.')}>`;
  if ('Fn::ImportValue' in value) return `<${value['Fn::ImportValue'].replace(/^.*:ExportsOutput/, '')}>`;
  if ('Fn::FindInMap' in value) return `<${value['Fn::FindInMap'][0]}>`;
  if ('Fn::Sub' in value) return value['Fn::Sub'];
  throw new Error(`no text for ${JSON.stringify(value)}`);
}

/** The definition of the room's state machine as Step Functions gets it. */
export function definition(room: StackName, assembly = kit()): Json {
  return JSON.parse(readable(only(room, 'AWS::StepFunctions::StateMachine', assembly).Properties.DefinitionString));
}

/** Every IAM statement of the room with its role or policy. */
export function statements(room: StackName, assembly = kit()): { id: string; statement: Json }[] {
  return Object.entries(resources(room, 'AWS::IAM::Policy', assembly)).flatMap(([id, { Properties }]) =>
    (Properties.PolicyDocument.Statement as unknown[]).map((statement) => ({ id, statement })),
  );
}
