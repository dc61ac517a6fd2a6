/** Every knob of the kit: unit, range, default and the three profiles. Nothing else reads CDK context. */
import type { App } from 'aws-cdk-lib';
import { z } from 'zod';
import { instanceType, isBurstable } from './shared/instance-types';
import { hyperparameters, ratio, tuning } from './training/tuning-config';

const days = (min: number, max: number) => z.number().int().min(min).max(max);

const schema = z
  .strictObject({
    /** Prefix of stack, endpoint, alarm and parameter names; two kits in one account differ here. */
    kit: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,13}[a-z0-9]$/,
        'kit: 2 to 15 of a-z, 0-9 and -, starting with a letter, not ending with -; job names derived from it must stay below 32 characters',
      )
      .default('mlkit'),
    profile: z.enum(['sandbox', 'standard', 'production']),
    foundation: z
      .strictObject({
        /** Delete data with the stacks. */
        destroyData: z.boolean().default(true),
        /** A second management trail in an account is billed (about 2 USD per 100,000 events); turn it off where an organization trail exists. */
        auditTrail: z.boolean().default(true),
        /** Monthly budget in USD; the alert goes to the alerts topic at 80 %. `null` for none: a new member of an organization may create no budgets. */
        monthlyBudgetUsd: z.number().positive().nullable().default(25),
        alertEmail: z.email().optional(),
        logRetentionDays: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]).default(30),
      })
      .prefault({}),
    dataLake: z
      .strictObject({
        capturedExpiryDays: days(30, 3650).default(365),
        noncurrentExpiryDays: days(1, 365).default(30),
        athenaScanLimitGb: z.number().positive().max(100).default(1),
      })
      .prefault({}),
    labels: z
      .strictObject({
        /** Days between a flight's departure and the file that holds its label. */
        delayDays: days(0, 30).default(2),
      })
      .prefault({}),
    etl: z
      .strictObject({
        workers: z.number().int().min(2).max(10).default(2),
        timeoutMinutes: z.number().int().min(5).max(240).default(30),
        /** A month with a larger share of quarantined rows raises the alarm. */
        maxQuarantineRatio: ratio.default(0.05),
      })
      .prefault({}),
    training: z
      .strictObject({
        instanceType: instanceType('training').default('ml.m5.large'),
        /** New accounts have a quota for spot only. */
        spot: z.boolean().default(true),
        maxRuntimeMinutes: z.number().int().min(5).max(1440).default(30),
        maxWaitMinutes: z.number().int().min(5).max(2880).default(60),
        processingInstanceType: instanceType('processing').default('ml.t3.large'),
        approval: z.enum(['automatic', 'manual']).default('automatic'),
        hyperparameters: hyperparameters.prefault({}),
        tuning: tuning.prefault({}),
      })
      .refine((t) => !t.spot || t.maxWaitMinutes >= t.maxRuntimeMinutes, {
        path: ['maxWaitMinutes'],
        error: 'must not be below maxRuntimeMinutes: on spot, waiting for capacity and running share it',
      })
      .prefault({}),
    gate: z
      .strictObject({
        /** Two whole weeks at least, so that every weekday is in it twice. */
        gateDays: days(14, 90).default(14),
        selectDays: days(7, 90).default(14),
        draws: z.number().int().min(1000).max(10000).default(1000),
        brierDelta: z.number().positive().max(0.1).default(0.005),
        segmentDelta: z.number().positive().max(0.2).default(0.02),
        segmentMinRows: z.number().int().min(100).default(1000),
      })
      .prefault({}),
    serving: z
      .strictObject({
        /** `instance` is one burstable instance without canary and scaling: the second way of a new account, 0.056 USD an hour. */
        mode: z.enum(['serverless', 'instance', 'real-time']).default('serverless'),
        memoryMb: z
          .literal([1024, 2048, 3072, 4096, 5120, 6144], 'a serverless endpoint has 1024 to 6144 MB, in steps of 1024')
          .default(2048),
        /** Fresh accounts have 10 in all. */
        maxConcurrency: z
          .number()
          .int()
          .min(1, 'a serverless endpoint needs 1 at least')
          .max(200, 'a serverless endpoint has 200 at most')
          .default(5),
        /** @default ml.t2.medium for mode instance (a new account has two), ml.m5.large for real-time */
        instanceType: instanceType('endpoint').optional(),
        /** A canary is half of the fleet: with one instance there is no half. */
        minInstances: z
          .number()
          .int()
          .min(2, 'a canary is at most half of the fleet: one instance has no half, choose 2 or more')
          .default(2),
        maxInstances: z.number().int().min(2).default(4),
        maxInstancesPerRequest: z.number().int().min(1).max(500).default(500),
        /** Hours after the last release until the endpoint is taken away. @default never; with it, 0.14 USD a month for asking every hour */
        expireAfterHours: z.number().int().min(1).max(8760).optional(),
        throttle: z
          .strictObject({
            ratePerSecond: z.number().positive().default(50),
            burst: z.number().int().positive().default(100),
          })
          .prefault({}),
      })
      .refine((s) => s.minInstances <= s.maxInstances, {
        path: ['minInstances'],
        error: 'must not exceed maxInstances',
      })
      .transform((s) => ({
        ...s,
        instanceType: s.instanceType ?? (s.mode === 'instance' ? 'ml.t2.medium' : 'ml.m5.large'),
      }))
      .refine((s) => s.mode !== 'real-time' || !isBurstable(s.instanceType), {
        path: ['instanceType'],
        error: 'is burstable, which SageMaker does not scale: choose another for mode real-time, e.g. ml.m5.large',
      })
      .prefault({}),
    monitoring: z
      .strictObject({
        engine: z.enum(['open', 'managed']).default('open'),
        /** A window of 6,000 flights takes less than 1 GB. */
        instanceType: instanceType('processing').default('ml.t3.medium'),
        /** Of the managed engine: its analyzer runs out of memory on 4 GB. */
        managedInstanceType: instanceType('processing').default('ml.t3.large'),
        /** One week: shorter windows see the weekday, longer ones see it late. */
        windowDays: days(1, 90).default(7),
        /** Confirmed when at least k of the last n windows have violations. */
        confirm: z
          .strictObject({ k: z.number().int().min(1).default(2), n: z.number().int().min(1).max(10).default(3) })
          .refine((c) => c.k <= c.n, { path: ['k'], error: 'must not exceed n: so many windows are not looked at' })
          .prefault({}),
        minRecords: z.number().int().min(1).default(1000),
        minLabelCoverage: ratio.default(0.8),
        facetMinRows: z.number().int().min(1).default(500),
        /** Off until traffic flows: an idle schedule bills a processing job a day (about 0.01 USD). */
        schedule: z.boolean().default(false),
        /** Billed 3 USD a month past the account's third: more than the rest of an idle sandbox together. */
        dashboard: z.boolean().default(false),
      })
      .prefault({}),
    retraining: z
      .strictObject({
        /** Days between the ends of the windows of two retrainings; at least the gate, or the champion has seen the gate's rows. */
        cooldownDays: days(0, 365).default(14),
        /** Executions started in one wall-clock day: a guard of money, not of statistics. */
        maxPerDay: z.number().int().min(0).max(100).default(4),
        /** Labelled rows newer than the champion's training data. */
        minNewLabelledRows: z.number().int().min(0).default(5000),
        maxAttemptsPerEpisode: z.number().int().min(1).max(10).default(3),
      })
      .prefault({}),
    network: z.strictObject({ isolatedVpc: z.boolean().default(false) }).prefault({}),
  })
  .refine((c) => !c.network.isolatedVpc || c.serving.mode !== 'serverless', {
    path: ['serving', 'mode'],
    error: 'network.isolatedVpc needs real-time or instance: SageMaker puts no serverless endpoint into a VPC',
  })
  .superRefine(({ monitoring, serving }, ctx) => {
    if (monitoring.engine !== 'managed') return;
    const refuse = (path: string[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    if (serving.mode !== 'real-time')
      refuse(
        ['serving', 'mode'],
        'monitoring.engine managed needs real-time: the endpoint itself must capture, and Model Monitor watches no serverless one',
      );
    if (serving.maxInstancesPerRequest !== 1)
      refuse(
        ['serving', 'maxInstancesPerRequest'],
        'monitoring.engine managed needs 1: Model Monitor joins one label to a captured request, by its inference id',
      );
    if (monitoring.managedInstanceType === 'ml.t3.medium')
      refuse(
        ['monitoring', 'managedInstanceType'],
        'monitoring.engine managed needs 8 GB: the analyzer runs out of memory on ml.t3.medium, choose ml.t3.large',
      );
    if (monitoring.windowDays !== 1)
      refuse(
        ['monitoring', 'windowDays'],
        'monitoring.engine managed needs 1: a run of Model Monitor analyses at most the 24 hours between two runs',
      );
  });

export type Config = z.output<typeof schema>;
type ConfigInput = z.input<typeof schema>;

const profiles: Record<Config['profile'], ConfigInput> = {
  sandbox: { profile: 'sandbox' },
  standard: {
    profile: 'standard',
    foundation: { monthlyBudgetUsd: 300 },
    training: { spot: true },
    serving: { mode: 'real-time' },
    monitoring: { schedule: true, dashboard: true },
  },
  production: {
    profile: 'production',
    foundation: { destroyData: false, monthlyBudgetUsd: 500, logRetentionDays: 365 },
    training: { approval: 'manual' },
    serving: { mode: 'real-time' },
    monitoring: { schedule: true, dashboard: true },
    network: { isolatedVpc: true },
  },
};

export const profileNames = Object.keys(profiles) as Config['profile'][];

/**
 * The configuration of a profile, with overrides laid over it room by room.
 * @throws Error naming every wrong key, the value it has and what is allowed
 */
export function resolveConfig(profile: string = 'sandbox', overrides: Record<string, unknown> = {}): Config {
  const base = profiles[profile as Config['profile']];
  if (base === undefined)
    throw new Error(
      `profile ${JSON.stringify(profile)} is not one of ${profileNames.join(', ')}: deploy with -c profile=sandbox`,
    );
  const result = schema.safeParse(merge(base, overrides));
  if (!result.success) throw new Error(`configuration refused:\n${z.prettifyError(result.error)}`);
  return result.data;
}

/** Context keys: `profile` and `kit`, and `config`, a JSON object laid over the profile. */
export function loadConfig(app: App): Config {
  const kit = app.node.tryGetContext('kit') as string | undefined;
  const overrides = app.node.tryGetContext('config') as string | Record<string, unknown> | undefined;
  const parsed = typeof overrides === 'string' ? (JSON.parse(overrides) as Record<string, unknown>) : (overrides ?? {});
  return resolveConfig(
    app.node.tryGetContext('profile') as string | undefined,
    kit === undefined ? parsed : { ...parsed, kit },
  );
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const isObject = (v: unknown): v is Record<string, unknown> =>
    typeof v === 'object' && v !== null && !Array.isArray(v);
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => {
      const [b, o] = [base[key], over[key]];
      return [key, isObject(b) && isObject(o) ? merge(b, o) : o === undefined ? b : o];
    }),
  );
}
