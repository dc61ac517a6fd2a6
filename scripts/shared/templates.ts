/** Templates as data: their stacks, resources, state machines and texts. */
import { readFileSync } from 'node:fs';
import { type DeclaredStack, type StackName, stacksOf } from '../../lib/rooms';
import { names } from '../../lib/shared/names';
import { templateFiles } from './cdk';

// Templates are untyped data here; every reader states its expectation.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Template {
  Parameters?: Record<string, { Default?: string }>;
  Conditions?: Record<string, unknown>;
  Resources: Record<
    string,
    { Type: string; Properties?: Record<string, Json>; Condition?: string; DeletionPolicy?: string }
  >;
  Outputs?: Json;
}
/** Templates by the end of each stack's name; those of opt-in rooms exist only when enabled. */
export type Templates = Record<StackName, Template>;

/** A stack by its construct ID. @throws Error when no room has such a stack */
export function stackOf(id: string): DeclaredStack {
  const found = stacksOf().find((each) => each.id === id);
  if (found === undefined) throw new Error(`stack ${id} belongs to no room of lib/rooms.ts`);
  return found;
}

/** The kit of an assembly with every template. */
export function readKit(assembly: string): { kit: string; templates: Templates } {
  const files = templateFiles(assembly);
  const kit = [...files.keys()]
    .find((name) => name.endsWith(names.stack('', 'foundation')))!
    .replace(/-foundation$/, '');
  const templates = stacksOf().flatMap(({ stack }) => {
    const file = files.get(names.stack(kit, stack));
    return file === undefined ? [] : [[stack, JSON.parse(readFileSync(file, 'utf8'))] as const];
  });
  return { kit, templates: Object.fromEntries(templates) as Templates };
}

export interface Placed {
  stack: StackName;
  /** Logical id. */
  id: string;
  type: string;
  properties: Record<string, Json>;
}

export function resources(templates: Templates): Placed[] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).map(([id, { Type, Properties }]) => ({
      stack: stack as StackName,
      id,
      type: Type,
      properties: Properties ?? {},
    })),
  );
}

/** A task of a state machine that starts a job, with the arguments of its API call. */
export interface JobState {
  stack: StackName;
  /** `<logical id of the machine>/<state>`. */
  id: string;
  /** `service:operation`, e.g. `sagemaker:createTrainingJob`. */
  operation: string;
  arguments: Record<string, Json>;
}

export interface Machine extends Placed {
  states: Record<string, Json>;
  jobs: JobState[];
}

/** The only resource of a type in a stack, or the only one whose logical id begins with a name. @throws Error otherwise */
export function only(templates: Templates, stack: StackName, type: string, name = ''): Placed {
  const found = resources(templates).filter((r) => r.stack === stack && r.type === type && r.id.startsWith(name));
  const [placed] = found;
  if (placed === undefined || found.length > 1)
    throw new Error(`stack ${stack} has ${found.length} ${type} ${name}, one is expected`);
  return placed;
}

/** A machine of a stack with the jobs that it starts. */
export function machineOf(templates: Templates, stack: StackName, name: string): Machine {
  const placed = only(templates, stack, 'AWS::StepFunctions::StateMachine', name);
  const definition: Json = JSON.parse(text(placed.properties.DefinitionString));
  const jobs = statesOf(definition).flatMap(([state, { Resource, Arguments }]) => {
    const operation = /:::([\w-]+:\w+)\.sync/.exec(Resource ?? '')?.[1];
    return operation === undefined
      ? []
      : [{ stack, id: `${placed.id}/${state}`, operation, arguments: Arguments ?? {} }];
  });
  return { ...placed, states: definition.States, jobs };
}

/** The states of a definition with their names, those inside of maps among them. */
export const statesOf = ({ States }: Json): [string, Json][] =>
  Object.entries<Json>(States).flatMap(([name, state]): [string, Json][] => [
    [name, state],
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);

/** Names for values that only the deployment has. */
interface Naming {
  resource(id: string, attribute?: string): string;
  imported(exported: string): string;
  map(name: string): string;
}

const angled: Naming = {
  resource: (id, attribute) => `<${[id, ...(attribute === undefined ? [] : [attribute])].join('.')}>`,
  imported: (exported) => `<${exported.replace(/^.*:ExportsOutput/, '')}>`,
  map: (name) => `<${name}>`,
};

/** A value as text with resolved intrinsics. @throws Error for an intrinsic without a text here */
export function text(value: Json, naming: Naming = angled): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = (part: Json) => text(part, naming);
  if ('Ref' in value) return naming.resource(value.Ref);
  if ('Fn::GetAtt' in value) return naming.resource(...([value['Fn::GetAtt']].flat() as [string, string]));
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(inner).join(value['Fn::Join'][0]);
  if ('Fn::ImportValue' in value) return naming.imported(value['Fn::ImportValue']);
  if ('Fn::Sub' in value) return value['Fn::Sub'];
  if ('Fn::FindInMap' in value) return naming.map(value['Fn::FindInMap'][0]);
  if ('Fn::GetAZs' in value) return 'zone';
  if ('Fn::Split' in value) return inner(value['Fn::Split'][1]);
  if ('Fn::Select' in value) {
    const [index, list] = value['Fn::Select'] as [number, Json];
    return `${inner(list)}${'Fn::GetAZs' in list ? ` ${Number(index) + 1}` : ''}`;
  }
  throw new Error(`no text for ${JSON.stringify(value)}`);
}
