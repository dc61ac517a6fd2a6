/** The architecture as a graph, derived from templates: what matters, and who calls, reads, writes or starts what. */
import { type RoomName, roomNames } from '../../lib/rooms';
import { type ResourceKind, resourceKinds } from '../shared/resource-kinds';
import { type Grant, list, type Model, type Node as Placed } from '../shared/model';
import { type Json, stackOf, text } from '../shared/templates';
import { modelIn, type Resource, type Synthesized } from './synthesized';

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

/** The resources of a kit in the order of its constructs, with what they refer to. */
interface Ground {
  readonly model: Model;
  readonly all: readonly (Resource & { readonly at: Placed })[];
  readonly grants: readonly Grant[];
  /** Construct paths of what a value refers to. */
  paths(from: Placed, value: Json): string[];
}

function groundOf(kit: Synthesized): Ground {
  const model = modelIn(kit);
  const nodes = new Map(model.nodes.map((node) => [node.id, node]));
  const all = kit.resources.map((one) => ({ ...one, at: nodes.get(`${stackOf(one.stack).stack}/${one.id}`)! }));
  const path = new Map(all.map((one) => [one.at, one.path]));
  return {
    model,
    all,
    grants: all.flatMap(({ at }) => model.grants.filter(({ policy }) => policy === at)),
    paths: (from, value) => model.references(from, value).map((node) => path.get(node)!),
  };
}

/** What is drawn of a kit, and how it hangs together. */
export function graphOf(kit: Synthesized): Graph {
  const ground = groundOf(kit);
  const { all, paths } = ground;
  const plumbing = all.flatMap(({ at, type }) =>
    type.startsWith('Custom::') ? paths(at, at.properties.ServiceToken) : [],
  );
  const shown = all.filter(({ type, path }) => resourceKinds[type]?.drawn !== undefined && !plumbing.includes(path));
  const jobs = sagemakerJobs(ground);
  const nodes = [...shown.map(nodeOf), ...jobs.map(({ node }) => node), ...alarmsByRoom(kit)];
  const pairs = [
    ...jobs.map(({ machine, node }) => [machine, node.id] as const),
    ...jobs.flatMap(({ node, role }) => granted(ground, node.id, role, false)),
    ...shown.flatMap(({ at, path, type }) =>
      rolesOf(ground, at).flatMap((role) => granted(ground, path, role, type === 'AWS::StepFunctions::StateMachine')),
    ),
    ...signals(ground),
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
export const words = (name: string) => {
  const parts = name.split(/(?=[A-Z])/);
  return parts.length === 1 ? name : parts.join(' ').toLowerCase();
};

const rolesIn = ({ model }: Ground, at: Placed, value: Json) =>
  model.references(at, value).filter(({ type }) => type === 'AWS::IAM::Role');

/** The role that a resource acts under; an endpoint runs under that of its model. */
function rolesOf(ground: Ground, at: Placed): Placed[] {
  const { Role, RoleArn } = at.properties;
  if (at.type !== 'AWS::SageMaker::Endpoint') return rolesIn(ground, at, Role ?? RoleArn);
  return ground.model
    .ofType('AWS::SageMaker::Model')
    .flatMap((one) => rolesIn(ground, one, one.properties.ExecutionRoleArn));
}

/** The SageMaker jobs of a machine, one node: they run under one role, the only one that its definition names. */
function sagemakerJobs(ground: Ground): { node: Node; machine: string; role: Placed }[] {
  return ground.all.flatMap(({ at, path, room }) => {
    const started = ground.model.tasks.filter(
      ({ machine, integration }) => machine === at && /^sagemaker:create\w+Job/.test(integration),
    );
    if (started.length === 0) return [];
    const [role] = rolesIn(ground, at, at.properties.DefinitionString);
    const label = started.map(({ state }) => words(state)).join(', ');
    const node = { id: `${path}/jobs`, room, label, kind: 'SageMaker jobs', family: 'compute' } as const;
    return [{ machine: path, role: role!, node }];
  });
}

/** What a role's statements say about the picture. A machine reads reports; the data goes through its jobs. */
function granted(ground: Ground, id: string, role: Placed, isMachine: boolean): [string, string][] {
  return ground.grants
    .filter(({ roles }) => roles.includes(role))
    .flatMap(({ policy, actions, resources }) => {
      const targets = resources.flatMap((arn) => target(ground, policy, arn) ?? []);
      return actions.flatMap((action) => {
        const flow = isMachine && action.startsWith('s3:') ? undefined : flows[action];
        return flow === undefined ? [] : targets.map((at): [string, string] => (flow === 'to' ? [id, at] : [at, id]));
      });
    });
}

/** The drawn resource that an ARN means, by reference or by the name that it has. */
function target({ all, paths }: Ground, policy: Placed, arn: Json): string | undefined {
  const [path] = paths(policy, arn);
  if (path !== undefined) return path;
  const [, kind, name] = /:(endpoint|model-package|stack)\/([^/]+)/.exec(text(arn)) ?? [];
  const named = {
    endpoint: (r: Resource) => r.properties.EndpointName === name,
    'model-package': (r: Resource) => r.properties.ModelPackageGroupName === name,
    // The stack that a release updates is its endpoint.
    stack: (r: Resource) => r.type === 'AWS::SageMaker::Endpoint',
  }[kind ?? ''];
  return named && all.find(named)?.path;
}

/** Rules with what they listen to and start, schedules, the API, the delivery stream, alarms. */
function signals(ground: Ground): [string, string][] {
  return ground.all.flatMap(({ at, path, type, room }): [string, string][] => {
    const p = at.properties;
    const to = (value: Json, from = path) => ground.paths(at, value).map((end): [string, string] => [from, end]);
    switch (type) {
      case 'AWS::Events::Rule':
        return [
          ...[...ground.paths(at, p.EventPattern), ...sources(ground, p.EventPattern)].map((from): [string, string] => [
            from,
            path,
          ]),
          ...list<Json>(p.Targets).flatMap(({ Arn }) => to(Arn)),
        ];
      case 'AWS::Scheduler::Schedule':
        return to(p.Target.Arn);
      case 'AWS::KinesisFirehose::DeliveryStream':
        return to(p.ExtendedS3DestinationConfiguration.BucketARN);
      case 'AWS::ApiGateway::Method':
        return ground.paths(at, p.RestApiId).flatMap((api) => to(p.Integration?.Uri, api));
      case 'AWS::CloudWatch::Alarm':
        return to(p.AlarmActions, `${room}/alarms`);
      default:
        return [];
    }
  });
}

/** The senders of a rule's events, for patterns that name them instead of referring to a resource. */
function sources(ground: Ground, { source, detail }: Json): string[] {
  const sending = ground.grants.filter(({ statement }) =>
    JSON.stringify(statement).includes(`"events:source":"${source[0]}"`),
  );
  const groups = list<string>(detail?.ModelPackageGroupName);
  const sends = ({ at, type, properties }: Ground['all'][number]) =>
    type === 'AWS::StepFunctions::StateMachine'
      ? rolesOf(ground, at).some((role) => sending.some(({ roles }) => roles.includes(role)))
      : type === 'AWS::SageMaker::ModelPackageGroup' && groups.includes(properties.ModelPackageGroupName);
  return ground.all.filter(sends).map(({ path }) => path);
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
