/** What an upgrade or a changed knob replaces, removes or loses: tables of docs/upgrading.md. */
import { optInRooms } from '../../lib/rooms';
import { managed } from '../shared/managed';
import { resourceKinds } from '../shared/resource-kinds';
import { code, grouped, table } from './markdown';
import { schema } from './schemas';
import type { Json } from '../shared/templates';
import { synthesize, type Resource, type Synthesized } from './synthesized';

/** Stateful resources: when CloudFormation replaces them, and what their profile says about deletion. */
export function replacingTable(kits: readonly Synthesized[]): string[] {
  const resources = kits.flatMap((kit) => kit.resources.map((resource) => ({ ...resource, kit: kit.name })));
  return table(
    ['type', 'which', 'replaced by a change of', 'gone with it', 'kept when its stack is deleted'],
    Object.entries(resourceKinds).flatMap(([type, { lost }]) => {
      if (lost === undefined) return [];
      const of = resources.filter((resource) => resource.type === type);
      const { replacing, mayReplace } = schema(type);
      const when = [...replacing.map(code), ...mayReplace.map((property) => `${code(property)} (some changes)`)];
      const retained = grouped(
        of.filter(({ deletionPolicy }) => deletionPolicy === 'Retain'),
        ({ path }) => path,
      );
      const kept = grouped([...retained], ([, same]) => same.map(({ kit }) => kit).join(', '));
      const which =
        type === 'AWS::Logs::LogGroup' ? ['one a machine and function'] : new Set(of.map(({ path }) => path));
      const keeps = [...kept].map(([variants, paths]) => `${variants}: ${paths.map(([path]) => path).join(', ')}`);
      return [
        [
          code(type),
          [...which].join(', '),
          when.join(', ') || 'nothing: changed in place, or refused',
          lost,
          keeps.join('; ') || 'no',
        ],
      ];
    }),
  );
}

interface Consequence {
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
}

/** Plumbing that comes and goes with what it serves. */
const plumbing = /^AWS::(IAM|Lambda::Permission|ApiGateway::Deployment|Logs::LogStream)|^Custom::/;

/** What deploying `after` over `before` replaces and removes. */
export function consequence(before: Synthesized, after: Synthesized): Consequence {
  const next = new Map(after.resources.map((resource) => [resource.path, resource]));
  const value = (resource: Resource, property: string) =>
    JSON.stringify(property.split('.').reduce<Json>((at, key) => at?.[key], resource.properties) ?? null);
  const replaced = new Set(
    before.resources
      .filter((resource) => {
        const then = next.get(resource.path);
        if (then === undefined) return false;
        const { replacing, mayReplace } = schema(resource.type);
        return [...replacing, ...mayReplace].some((property) => value(resource, property) !== value(then, property));
      })
      .filter(({ type }) => !plumbing.test(type))
      .map(({ path }) => path),
  );
  const removed = before.resources.filter(({ path, type }) => !next.has(path) && !plumbing.test(type));
  return {
    replaced: [...replaced],
    removed: removed.map(({ path, deletionPolicy }) => (deletionPolicy === 'Retain' ? `${path} (kept)` : path)),
  };
}

interface Knob {
  readonly knob: string;
  readonly profile: string;
  readonly change: Record<string, unknown>;
  /** What the templates cannot say. */
  readonly means: string;
}

/** Knobs that replace or remove something, each with an example. */
export const knobs: readonly Knob[] = [
  {
    knob: 'foundation.destroyData',
    profile: 'sandbox',
    change: { foundation: { destroyData: false } },
    means: 'data and registry are kept from then on; back to `true`, the next `down` deletes them',
  },
  {
    knob: 'foundation.auditTrail',
    profile: 'sandbox',
    change: { foundation: { auditTrail: false } },
    means: 'the record of who did what ends, and its files are deleted where `destroyData` is true',
  },
  {
    knob: 'network.isolatedVpc',
    profile: 'standard',
    change: { network: { isolatedVpc: true } },
    means: 'the model moves into the network: a new model and endpoint configuration behind the same endpoint',
  },
  {
    knob: 'serving.mode',
    profile: 'sandbox',
    change: { serving: { mode: 'real-time' } },
    means: '`up` refuses it while a model serves: SageMaker does not take an endpoint there and back',
  },
  {
    knob: 'serving.memoryMb, .maxConcurrency',
    profile: 'sandbox',
    change: { serving: { memoryMb: 4096, maxConcurrency: 4 } },
    means: 'the endpoint changes its configuration and goes on answering',
  },
  {
    knob: 'serving.instanceType, .minInstances',
    profile: 'standard',
    change: { serving: { instanceType: 'ml.m5.xlarge', minInstances: 3 } },
    means: 'a blue/green update under the alarms, with both fleets billed while it lasts',
  },
  {
    knob: 'monitoring.engine',
    profile: 'standard',
    change: managed,
    means: 'the schedule of the open engine goes; earlier outcomes stay readable, and the episode goes on',
  },
  {
    knob: 'monitoring.dashboard',
    profile: 'standard',
    change: { monitoring: { dashboard: false } },
    means: 'nothing but the picture',
  },
];

/** One row a knob, as its example is deployed over the profile. */
export function knobTable(kits: readonly Synthesized[]): string[] {
  return table(
    ['knob', 'example', 'replaced', 'removed', 'means'],
    knobs.map(({ knob, profile, change, means }) => {
      const before = kits.find(({ name }) => name === profile) ?? synthesize(profile);
      const { replaced, removed } = consequence(
        before,
        synthesize(profile, { profile, config: { ...change, rooms: optInRooms } }),
      );
      return [
        code(knob),
        `${profile} with ${code(JSON.stringify(change))}`,
        replaced.join(', ') || 'nothing',
        removed.join(', ') || 'nothing',
        means,
      ];
    }),
  );
}
