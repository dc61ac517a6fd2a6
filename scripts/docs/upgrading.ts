/** What an upgrade or a changed knob replaces, removes or loses: tables of docs/upgrading.md. */
import { resolveConfig } from '../../lib/config';
import { managed } from '../shared/managed';
import { leaves } from './annotations';
import { code, grouped, table } from './markdown';
import { schema } from './schemas';
import { synthesize, type Json, type Resource, type Synthesized } from './synthesized';

/** Types that hold what no deployment can make again, and what is gone with one of them. */
export const stateful: Readonly<Record<string, string>> = {
  'AWS::KMS::Key': 'everything that it encrypts becomes unreadable once its waiting time is over',
  'AWS::S3::Bucket': 'the data, the models, the captured predictions, the audit trail',
  'AWS::DynamoDB::GlobalTable': 'episodes and decisions of the guard; the lease of a running release',
  'AWS::SageMaker::ModelPackageGroup': 'the versions, their metrics and approvals',
  'AWS::Glue::Database': 'the declarations of its tables; the files stay',
  'AWS::Glue::Table': 'a declaration, made again at once; the files stay',
  'AWS::KinesisFirehose::DeliveryStream': 'records of the last minute that are not delivered yet',
  'AWS::SQS::Queue': 'signals that wait in it',
  'AWS::SNS::Topic': 'subscriptions that people confirmed',
  'AWS::Logs::LogGroup': 'its logs',
};

/** Stateful resources: when CloudFormation replaces them, and what their profile says about deletion. */
export function replacingTable(kits: readonly Synthesized[]): string[] {
  const resources = kits.flatMap((kit) => kit.resources.map((resource) => ({ ...resource, kit: kit.name })));
  return table(
    ['type', 'which', 'replaced by a change of', 'gone with it', 'kept when its stack is deleted'],
    Object.entries(stateful).map(([type, lost]) => {
      const of = resources.filter((resource) => resource.type === type);
      const { replacing, mayReplace } = schema(type);
      const when = [...replacing.map(code), ...mayReplace.map((property) => `${code(property)} (some changes)`)];
      const retained = grouped(
        of.filter(({ deletionPolicy }) => deletionPolicy === 'Retain'),
        ({ path }) => path,
      );
      const kept = grouped([...retained], ([, same]) => same.map(({ kit }) => kit).join(', '));
      return [
        code(type),
        type === 'AWS::Logs::LogGroup'
          ? 'one a machine and function'
          : [...new Set(of.map(({ path }) => path))].join(', '),
        when.join(', ') || 'nothing: changed in place, or refused',
        lost,
        [...kept].map(([variants, paths]) => `${variants}: ${paths.map(([path]) => path).join(', ')}`).join('; ') ||
          'no',
      ];
    }),
  );
}

export interface Consequence {
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

/** All other knobs, changed together: nothing stateful may be replaced or removed by any of them. */
export const inPlace: Record<string, Record<string, unknown>> = {
  foundation: { monthlyBudgetUsd: 26, logRetentionDays: 7 },
  dataLake: { capturedExpiryDays: 30, noncurrentExpiryDays: 1, athenaScanLimitGb: 2 },
  labels: { delayDays: 3 },
  etl: { workers: 3, timeoutMinutes: 31, maxQuarantineRatio: 0.06 },
  warehouse: { baseRpu: 8, maxRpu: 16, maxQuerySeconds: 601, adminSecret: false },
  training: {
    instanceType: 'ml.m5.xlarge',
    spot: false,
    maxRuntimeMinutes: 31,
    maxWaitMinutes: 61,
    processingInstanceType: 'ml.t3.xlarge',
    approval: 'manual',
    hyperparameters: { max_depth: 4 },
    tuning: { maxTrials: 5 },
  },
  gate: { gateDays: 15, selectDays: 15, draws: 1001, brierDelta: 0.006, segmentDelta: 0.03, segmentMinRows: 1001 },
  serving: { maxInstances: 5, maxInstancesPerRequest: 499, throttle: { ratePerSecond: 51, burst: 101 } },
  monitoring: {
    ...{ instanceType: 'ml.t3.large', managedInstanceType: 'ml.t3.xlarge', windowDays: 8, confirm: { k: 1, n: 2 } },
    ...{ minRecords: 1001, minLabelCoverage: 0.9, facetMinRows: 501, schedule: true },
  },
  retraining: {
    ...{ cooldownDays: 15, maxPerDay: 5, minNewLabelledRows: 5001, maxAttemptsPerEpisode: 4 },
  },
};

/** Knobs of the configuration that neither list names. */
export function unlisted(): string[] {
  const listed = [...knobs.flatMap(({ change }) => leaves(change)), ...leaves(inPlace), 'kit', 'profile', 'rooms'];
  // Of the learning parameters one stands for all.
  const groups = ['training.hyperparameters', 'training.tuning'];
  return leaves(resolveConfig()).filter(
    (knob) => !listed.includes(knob) && !groups.some((group) => knob.startsWith(`${group}.`)),
  );
}

/** One row a knob, as its example is deployed over the profile. */
export function knobTable(kits: readonly Synthesized[]): string[] {
  return table(
    ['knob', 'example', 'replaced', 'removed', 'means'],
    knobs.map(({ knob, profile, change, means }) => {
      const before = kits.find(({ name }) => name === profile) ?? synthesize(profile);
      const { replaced, removed } = consequence(before, synthesize(profile, { profile, config: change }));
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
