/** The templates of a kit as one graph: resources of every stack, with references resolved through exports. */
import type { StackName } from '../../lib/rooms';
import { type Json, statesOf, type Templates, text } from './templates';

export interface Node {
  /** `<stack>/<logical id>`, to locate a finding. */
  readonly id: string;
  readonly stack: StackName;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Json;
  /** The whole resource, with DependsOn, DeletionPolicy, Condition. */
  readonly resource: Json;
}

/** A statement of an identity policy, with the roles that it is attached to. */
export interface Grant {
  readonly policy: Node;
  readonly roles: readonly Node[];
  readonly statement: Json;
  readonly actions: readonly string[];
  readonly resources: readonly Json[];
}

/** A task of a state machine. */
interface Task {
  readonly machine: Node;
  readonly state: string;
  /** The part after `states:::` in the resource. */
  readonly integration: string;
  readonly arguments: Json;
}

export interface Model {
  /** The variant's name: a profile, or `managed`. */
  readonly variant: string;
  readonly kit: string;
  readonly profile: string;
  readonly templates: Templates;
  readonly nodes: readonly Node[];
  readonly grants: readonly Grant[];
  readonly tasks: readonly Task[];
  ofType(...types: string[]): Node[];
  /** The resource that a reference points at. @throws Error when no template has it */
  target(from: Node, value: Json): Node;
  /** Every resource that a value refers to. */
  references(from: Node, value: Json): Node[];
  trusts(role: Node): string[];
  /** Statements attached to a role that allow an action by its exact name. */
  allows(role: Node, action: string): Grant[];
}

export const list = <T>(value: T | readonly T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? [...(value as T[])] : [value as T];

const PSEUDO = /^AWS::/;

export function modelOf(templates: Templates, about: Pick<Model, 'variant' | 'kit' | 'profile'>): Model {
  const nodes = new Map<string, Node>();
  const exported = new Map<string, string>();
  for (const [stack, { Resources, Outputs = {} }] of Object.entries(templates) as [StackName, Json][]) {
    for (const [logicalId, resource] of Object.entries<Json>(Resources)) {
      const id = `${stack}/${logicalId}`;
      nodes.set(id, { id, stack, logicalId, type: resource.Type, properties: resource.Properties ?? {}, resource });
    }
    for (const { Export, Value } of Object.values<Json>(Outputs))
      for (const name of pointers(Value)) if (Export !== undefined) exported.set(Export.Name, `${stack}/${name}`);
  }
  const resolve = (stack: StackName, pointer: string) =>
    nodes.get(pointer.startsWith('import:') ? (exported.get(pointer.slice(7)) ?? '') : `${stack}/${pointer}`);
  const references = (from: Node, value: Json) => [
    ...new Set(pointers(value).flatMap((pointer) => resolve(from.stack, pointer) ?? [])),
  ];
  const target = (from: Node, value: Json) => {
    const [found] = references(from, value);
    if (found === undefined) throw new Error(`${from.id} refers to ${JSON.stringify(value)}, which no template has`);
    return found;
  };
  const all = [...nodes.values()];
  const ofType = (...types: string[]) => all.filter(({ type }) => types.includes(type));
  const grants = all.flatMap((node) => grantsOf(node, references));
  return {
    ...about,
    templates,
    nodes: all,
    grants,
    tasks: ofType('AWS::StepFunctions::StateMachine').flatMap(tasksOf),
    ofType,
    target,
    references,
    trusts: (role) =>
      list<Json>(role.properties.AssumeRolePolicyDocument.Statement).flatMap(({ Principal }) =>
        list<string>(Principal.Service),
      ),
    allows: (role, action) =>
      grants.filter(
        ({ roles, statement, actions }) =>
          roles.includes(role) && statement.Effect === 'Allow' && actions.includes(action),
      ),
  };
}

/** Logical ids, and `import:<export name>`, in the order in which a value names them. */
function pointers(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(pointers);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries<Json>(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') return PSEUDO.test(inner) ? [] : [inner];
    if (key === 'Fn::GetAtt') return [Array.isArray(inner) ? inner[0] : inner.split('.')[0]];
    if (key === 'Fn::ImportValue' && typeof inner === 'string') return [`import:${inner}`];
    if (key === 'Fn::Sub')
      return [...String(list(inner)[0]).matchAll(/\$\{([\w.]+)\}/g)].map(([, name = '']) => name.split('.')[0] ?? '');
    return pointers(inner);
  });
}

function grantsOf(node: Node, references: Model['references']): Grant[] {
  const documents: { document: Json; roles: Node[] }[] =
    node.type === 'AWS::IAM::Policy' || node.type === 'AWS::IAM::ManagedPolicy'
      ? [{ document: node.properties.PolicyDocument, roles: references(node, node.properties.Roles) }]
      : node.type === 'AWS::IAM::Role'
        ? list<Json>(node.properties.Policies).map(({ PolicyDocument }) => ({
            document: PolicyDocument,
            roles: [node],
          }))
        : [];
  return documents.flatMap(({ document, roles }) =>
    list<Json>(document.Statement).map((statement) => ({
      policy: node,
      roles,
      statement,
      actions: list<string>(statement.Action),
      resources: list<Json>(statement.Resource),
    })),
  );
}

function tasksOf(machine: Node): Task[] {
  const states = statesOf(JSON.parse(text(machine.properties.DefinitionString)));
  return states.flatMap(([state, { Resource, Arguments }]) =>
    Resource === undefined
      ? []
      : [{ machine, state, integration: Resource.split(':states:::')[1], arguments: Arguments }],
  );
}
