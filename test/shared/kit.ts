/** The kit as tests see it: no bundling, and one dataset whatever the default is. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type StackName, stacksOf } from '../../lib/rooms';
import { datasetOf } from '../../lib/shared/datasets';
import { readKit, text } from '../../scripts/shared/templates';
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

export const dataset = datasetOf('tool-hire');

const stackId = (name: StackName): string => stacksOf().find(({ stack }) => stack === name)!.id;

/** The folder of an assembly, synthesized by the first test file of a run that asks for it. */
export function kit(profile = 'sandbox', config: Record<string, unknown> = {}): string {
  const laid = { dataset: dataset.name, ...config };
  const folder = join(
    assemblies(),
    createHash('sha256')
      .update(JSON.stringify([profile, laid]))
      .digest('hex'),
  );
  if (existsSync(folder)) return folder;
  // Here, because most files find their assembly and need not load the CDK, which takes them a second.
  const { kitApp } = require('../../scripts/shared/kit-app') as typeof import('../../scripts/shared/kit-app');
  const own = mkdtempSync(`${folder}-`);
  kitApp(profile, laid, own).synth();
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

export const template = (room: StackName, assembly = kit()): Json => read(assembly, `${stackId(room)}.template.json`);

/** The tags that the stack itself is deployed with. */
export const stackTags = (room: StackName, assembly = kit()): Json =>
  read(assembly, 'manifest.json').artifacts[stackId(room)].properties.tags;

/** Every template of the kit by room. */
export function templates(assembly = kit()): Record<StackName, Json> {
  return readKit(assembly).templates;
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

/** A value as text, with `<LogicalId>`, `<LogicalId.Arn>` and `<imported>` where only the deployment knows. */
export const readable = (value: Json): string => text(value);

/** The definition of the room's state machine as Step Functions gets it. */
export function definition(room: StackName, assembly = kit()): Json {
  return JSON.parse(text(only(room, 'AWS::StepFunctions::StateMachine', assembly).Properties.DefinitionString));
}

/** Every IAM statement of the room with its role or policy. */
export function statements(room: StackName, assembly = kit()): { id: string; statement: Json }[] {
  return Object.entries(resources(room, 'AWS::IAM::Policy', assembly)).flatMap(([id, { Properties }]) =>
    (Properties.PolicyDocument.Statement as unknown[]).map((statement) => ({ id, statement })),
  );
}
