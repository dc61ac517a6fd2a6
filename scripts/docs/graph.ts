/** The architecture as a graph, derived from templates: what matters, and who calls, reads, writes or starts what. */
import { type RoomName, roomNames } from '../../lib/rooms';
import { type ResourceKind, resourceKinds } from '../shared/resource-kinds';
import type { Json } from '../shared/templates';
import type { Resource, Synthesized } from './synthesized';

export interface Node {
  readonly id: string;
  readonly room: RoomName;
  readonly label: string;
  /** What it is, in AWS's words. */
  readonly kind: string;
  readonly family: NonNullable<ResourceKind['drawn']>;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Feedback: to a column further left. */
  readonly back: boolean;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** Rooms from left to right: the lifecycle. Of foundation only the topic is drawn, in which every alarm ends. */
export const columns: readonly RoomName[] = [...roomNames.filter((room) => room !== 'foundation'), 'foundation'];

/** What a grant means for the picture: `to` the resource, or `from` it. */
const flows: Record<string, 'to' | 'from'> = {
  's3:GetObject*': 'from',
  's3:PutObject': 'to',
  'ssm:GetParameter': 'from',
  'ssm:PutParameter': 'to',
  'dynamodb:PutItem': 'to',
  'firehose:PutRecord': 'to',
  'sqs:SendMessage': 'to',
  'glue:StartJobRun': 'to',
  'states:StartExecution': 'to',
  'sagemaker:CreateModelPackage': 'to',
  'sagemaker:InvokeEndpoint': 'to',
  'cloudformation:UpdateStack': 'to',
};

/** What is drawn of a kit, and how it hangs together. */
export function graphOf(kit: Synthesized): Graph {
  const plumbing = new Set(
    kit.resources
      .filter(({ type }) => type.startsWith('Custom::'))
      .map(({ stack, properties }) => kit.text(stack, properties.ServiceToken)),
  );
  const shown = kit.resources.filter(
    ({ type, path }) => resourceKinds[type]?.drawn !== undefined && !plumbing.has(`\${${path}}`),
  );
  const jobs = sagemakerJobs(kit);
  const nodes = [...shown.map(nodeOf), ...jobs.map(({ node }) => node), ...alarmsByRoom(kit)];
  const pairs = [
    ...jobs.map(({ machine, node }) => [machine, node.id] as const),
    ...actors(kit, shown, jobs).flatMap(({ id, role }) => granted(kit, id, role)),
    ...signals(kit),
  ];
  const room = new Map(nodes.map((node) => [node.id, columns.indexOf(node.room)]));
  const edges = new Map<string, Edge>();
  for (const [from, to] of pairs) {
    const [start, end] = [room.get(from), room.get(to)];
    if (start === undefined || end === undefined || from === to) continue;
    edges.set(`${from} ${to}`, { from, to, back: end < start });
  }
  const linked = new Set([...edges.values()].flatMap(({ from, to }) => [from, to]));
  return { nodes: nodes.filter(({ id }) => linked.has(id)), edges: [...edges.values()] };
}

function nodeOf({ path, room, stack, type }: Resource): Node {
  const { label: kind, drawn } = resourceKinds[type]!;
  const names = path.slice(stack.length + 1).split('/');
  // A machine is called after the construct that it is the core of.
  const name =
    names.filter((part) => !['Machine', 'Job', 'Stream', 'Api'].includes(part)).at(-1) ?? names.at(-1) ?? path;
  return { id: path, room, label: words(name), kind, family: drawn! };
}

/** `StartRetraining` → `start retraining`; one word is a name and stays. */
const words = (name: string) => {
  const parts = name.split(/(?=[A-Z])/);
  return parts.length === 1 ? name : parts.join(' ').toLowerCase();
};

interface Jobs {
  readonly node: Node;
  readonly machine: string;
  readonly role: string;
}

/** The SageMaker jobs of a machine, one node: they run under one role. */
function sagemakerJobs(kit: Synthesized): Jobs[] {
  return kit.resources
    .filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
    .flatMap(({ path, room, stack, properties }) => {
      const { States } = JSON.parse(kit.text(stack, properties.DefinitionString)) as Json;
      const started = Object.entries<Json>(States).filter(([, { Resource }]) =>
        /sagemaker:create\w+Job/.test(Resource ?? ''),
      );
      const role = /\$\{([^}]+)\}/.exec(JSON.stringify(started.map(([, state]) => findKey(state, 'RoleArn'))))?.[1];
      if (role === undefined) return [];
      const label = started.map(([name]) => words(name)).join(', ');
      return [
        { machine: path, role, node: { id: `${path}/jobs`, room, label, kind: 'SageMaker jobs', family: 'compute' } },
      ];
    });
}

function findKey(value: Json, key: string): Json {
  if (typeof value !== 'object' || value === null) return undefined;
  return (
    value[key] ??
    Object.values(value)
      .map((inner) => findKey(inner, key))
      .find((found) => found !== undefined)
  );
}

/** Who acts, and under which role. */
function actors(kit: Synthesized, shown: readonly Resource[], jobs: readonly Jobs[]): { id: string; role: string }[] {
  const reference = (text: string) => /\$\{([^}]+)\}/.exec(text)?.[1] ?? '';
  const model = kit.resources.find(({ type }) => type === 'AWS::SageMaker::Model');
  return [
    ...jobs.map(({ node, role }) => ({ id: node.id, role })),
    ...shown.flatMap(({ path, stack, type, properties }) => {
      // The endpoint runs under the role of its model.
      const [owner, role] =
        type === 'AWS::SageMaker::Endpoint'
          ? [model?.stack ?? stack, model?.properties.ExecutionRoleArn]
          : [stack, properties.Role ?? properties.RoleArn];
      return role === undefined ? [] : [{ id: path, role: reference(kit.text(owner, role)) }];
    }),
  ];
}

/** What a role's statements say about the picture. */
function granted(kit: Synthesized, id: string, role: string): [string, string][] {
  const machine = kit.resources.find(({ path }) => path === id)?.type === 'AWS::StepFunctions::StateMachine';
  return kit.resources
    .filter(
      ({ type, stack, properties }) =>
        type === 'AWS::IAM::Policy' && kit.text(stack, properties.Roles[0]) === `\${${role}}`,
    )
    .flatMap(({ stack, properties }) =>
      (properties.PolicyDocument.Statement as Json[]).flatMap((statement) => {
        const targets = [statement.Resource].flat().flatMap((arn: Json) => target(kit, kit.text(stack, arn)) ?? []);
        return ([statement.Action].flat() as string[]).flatMap((action) => {
          const flow = flows[action];
          // A machine reads reports; the data goes through its jobs.
          if (flow === undefined || (machine && action.startsWith('s3:'))) return [];
          return targets.map((at): [string, string] => (flow === 'to' ? [id, at] : [at, id]));
        });
      }),
    );
}

/** The drawn resource that an ARN means, by reference or by the name that it has. */
function target(kit: Synthesized, arn: string): string | undefined {
  const path = /\$\{(?!AWS::)([^}]+)\}/.exec(arn)?.[1];
  if (path !== undefined) return path;
  const [, kind, name] = /:(endpoint|model-package|stack)\/([^/]+)/.exec(arn) ?? [];
  const named = {
    endpoint: (r: Resource) => r.properties.EndpointName === name,
    'model-package': (r: Resource) => r.properties.ModelPackageGroupName === name,
    // The stack that a release updates is its endpoint.
    stack: (r: Resource) => r.type === 'AWS::SageMaker::Endpoint',
  }[kind ?? ''];
  return named === undefined ? undefined : kit.resources.find(named)?.path;
}

/** Rules with what they listen to and start, schedules, the API, the delivery stream, alarms. */
function signals(kit: Synthesized): [string, string][] {
  const mentioned = (stack: string, value: Json): string[] => {
    if (Array.isArray(value)) return value.flatMap((item) => mentioned(stack, item));
    if (typeof value !== 'object' || value === null) return [String(value)];
    if (Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'))) return [kit.text(stack, value)];
    return Object.values(value).flatMap((item) => mentioned(stack, item));
  };
  const paths = (stack: string, value: Json) =>
    mentioned(stack, value).flatMap((text) =>
      [...text.matchAll(/\$\{(?!AWS::)([^}]+)\}/g)].map(([, path]) => path ?? ''),
    );
  return kit.resources.flatMap(({ path, stack, type, properties: p, room }): [string, string][] => {
    const to = (value: Json) => paths(stack, value).map((target): [string, string] => [path, target]);
    switch (type) {
      case 'AWS::Events::Rule':
        return [
          ...[...paths(stack, p.EventPattern), ...sources(kit, p.EventPattern)].map((from): [string, string] => [
            from,
            path,
          ]),
          ...(p.Targets as Json[]).flatMap(({ Arn }) => to(Arn)),
        ];
      case 'AWS::Scheduler::Schedule':
        return to(p.Target.Arn);
      case 'AWS::KinesisFirehose::DeliveryStream':
        return to(p.ExtendedS3DestinationConfiguration.BucketARN);
      case 'AWS::ApiGateway::Method':
        return paths(stack, p.RestApiId).flatMap((api) =>
          to(p.Integration?.Uri).map(([, target]): [string, string] => [api, target]),
        );
      case 'AWS::CloudWatch::Alarm':
        return paths(stack, p.AlarmActions).map((topic): [string, string] => [`${room}/alarms`, topic]);
      default:
        return [];
    }
  });
}

/** Who sends what a rule listens to, where the pattern names it instead of referring to it. */
function sources(kit: Synthesized, pattern: Json): string[] {
  const senders = kit.resources.filter(
    ({ type, properties }) =>
      type === 'AWS::IAM::Policy' && JSON.stringify(properties).includes(`"events:source":"${pattern.source[0]}"`),
  );
  const machines = kit.resources.filter(
    ({ type, stack, properties }) =>
      type === 'AWS::StepFunctions::StateMachine' &&
      senders.some(
        (policy) => kit.text(policy.stack, policy.properties.Roles[0]) === kit.text(stack, properties.RoleArn),
      ),
  );
  const groups = [pattern.detail?.ModelPackageGroupName ?? []].flat() as string[];
  const registries = kit.resources.filter(
    ({ type, properties }) =>
      type === 'AWS::SageMaker::ModelPackageGroup' && groups.includes(properties.ModelPackageGroupName),
  );
  return [...machines, ...registries].map(({ path }) => path);
}

/** One node a room: ten single ones would hide the rest. */
function alarmsByRoom(kit: Synthesized): Node[] {
  return roomNames.flatMap((room) => {
    const alarms = kit.resources.filter((r) => r.room === room && r.type === 'AWS::CloudWatch::Alarm');
    const label = alarms.map(({ path, stack }) => words(path.slice(stack.length + 1)).toLowerCase()).join(', ');
    return alarms.length === 0
      ? []
      : [{ id: `${room}/alarms`, room, label, kind: 'alarms', family: 'signal' as const }];
  });
}
