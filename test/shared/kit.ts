/** Synthesizes the kit for tests: no bundling, so that a changed snapshot means changed infrastructure. */
import type { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { StackRoom } from '../../lib/shared/names';
import { kitApp } from '../../scripts/kit-app';
import type { Json } from './json';

export { managed } from '../../scripts/kit-app';

export interface Resource {
  Type: string;
  Properties: Record<string, Json>;
  Condition?: string;
  DeletionPolicy?: string;
  Metadata?: Record<string, unknown>;
  DependsOn?: string[];
}

const stackIds: Record<StackRoom, string> = {
  foundation: 'Foundation',
  'data-lake': 'DataLake',
  etl: 'Etl',
  training: 'Training',
  serving: 'Serving',
  'serving-model': 'ServingModel',
  monitoring: 'Monitoring',
  retraining: 'Retraining',
};

const cache = new Map<string, App>();

/** The app of a profile with overrides, synthesized once a test file. */
export function kit(profile = 'sandbox', config: Record<string, unknown> = {}): App {
  const key = JSON.stringify([profile, config]);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const app = kitApp(profile, config);
  cache.set(key, app);
  return app;
}

export function stack(room: StackRoom, app: App = kit()): Stack {
  return app.node.findChild(stackIds[room]) as Stack;
}

export function template(room: StackRoom, app: App = kit()): Template {
  return Template.fromStack(stack(room, app));
}

/** Every template of the app by room. */
export function templates(app: App = kit()): Record<StackRoom, Json> {
  return Object.fromEntries(
    Object.keys(stackIds).map((room) => [room, template(room as StackRoom, app).toJSON()]),
  ) as Record<StackRoom, Json>;
}

export function resources(room: StackRoom, type: string, app: App = kit()): Record<string, Resource> {
  return template(room, app).findResources(type) as unknown as Record<string, Resource>;
}

/** The one resource of a type. */
export function only(room: StackRoom, type: string, app: App = kit()): Resource {
  const found = Object.values(resources(room, type, app));
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${room} has ${found.length} ${type}, one expected`);
  return found[0];
}

/** The template with what changes with every edit of a handler or job masked. */
export function snapshot(room: StackRoom, app: App = kit()): unknown {
  const text = JSON.stringify(template(room, app).toJSON());
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
export function definition(room: StackRoom, app: App = kit()): Json {
  return JSON.parse(readable(only(room, 'AWS::StepFunctions::StateMachine', app).Properties.DefinitionString));
}

/** Every IAM statement of the room with its role or policy. */
export function statements(room: StackRoom, app: App = kit()): { id: string; statement: Json }[] {
  return Object.entries(resources(room, 'AWS::IAM::Policy', app)).flatMap(([id, { Properties }]) =>
    (Properties.PolicyDocument.Statement as unknown[]).map((statement) => ({ id, statement })),
  );
}
