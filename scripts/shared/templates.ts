/** The templates of a configuration, synthesized in this process, as data. */
import type { Config } from '../../lib/config';
import { names } from '../../lib/shared/names';
import { enabledRooms, type StackName, stacksOf } from '../../lib/rooms';
import { fromAssembly } from './kit-app';

// Templates are untyped data here; every reader names what it expects.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, Json>;
}

/** Resources by logical id; stacks of opt-in rooms only where they are enabled. */
export type Templates = Record<StackName, { Resources: Record<string, TemplateResource> }>;

/** @throws Error of the construct that refuses the configuration */
export function synthesize(config: Config): Templates {
  return fromAssembly(config.profile, config, (assembly) => {
    const templateOf = (stack: StackName): unknown => assembly.getStackByName(names.stack(config.kit, stack)).template;
    return Object.fromEntries(
      stacksOf(enabledRooms(config)).map(({ stack }) => [stack, templateOf(stack)]),
    ) as Templates;
  });
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

/** The machine of a stack with the jobs that it starts. */
export function machineOf(templates: Templates, stack: StackName): Machine {
  const placed = resources(templates).find(
    ({ stack: of, type }) => of === stack && type === 'AWS::StepFunctions::StateMachine',
  );
  if (placed === undefined) throw new Error(`stack ${stack} has no state machine`);
  const { States: states } = JSON.parse(text(placed.properties.DefinitionString)) as { States: Record<string, Json> };
  const jobs = Object.entries(states).flatMap(([name, state]): JobState[] => {
    const operation = /:::([\w-]+:\w+)\.sync/.exec((state as { Resource?: string }).Resource ?? '')?.[1];
    const given = (state as { Arguments?: Record<string, Json> }).Arguments;
    return operation === undefined ? [] : [{ stack, id: `${placed.id}/${name}`, operation, arguments: given ?? {} }];
  });
  return { ...placed, states, jobs };
}

/** A string property as text; what only the deployment knows is `<ref>`. */
export function text(value: Json): string {
  if (typeof value === 'string') return value;
  const joined = (value as { 'Fn::Join'?: [string, Json[]] })['Fn::Join'];
  return joined === undefined ? '<ref>' : joined[1].map(text).join(joined[0]);
}
