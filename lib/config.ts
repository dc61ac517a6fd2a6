/** The configuration of the kit: every room's knobs, the rules between them, and the three profiles. Nothing else reads CDK context. */
import type { App } from 'aws-cdk-lib';
import { z } from 'zod';
import { aiServicesConfig } from './ai-services/config';
import { dataLakeConfig } from './data-lake/config';
import { etlConfig } from './etl/config';
import { foundationConfig } from './foundation/config';
import { monitoringConfig } from './monitoring/config';
import { retrainingConfig } from './retraining/config';
import { optInRooms } from './rooms';
import { defaultDataset } from './shared/datasets';
import { servingConfig } from './serving/config';
import { trainingConfig } from './training/config';
import { warehouseConfig } from './warehouse/config';

/** Cross-room rules stand here; the knobs of a room are in its own `config.ts`. */
export const schema = z
  .strictObject({
    kit: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,13}[a-z0-9]$/,
        'kit: 2 to 15 of a-z, 0-9 and -, starting with a letter, not ending with -; job names derived from it must stay below 32 characters',
      )
      .default('mlkit')
      .describe('Prefix of stack, endpoint, alarm and parameter names; two kits in one account differ here'),
    dataset: z
      .string()
      .default(defaultDataset)
      .describe(
        'Folder below `datasets/` that says what the data is; by default the one that `datasets/default` links to',
      ),
    profile: z.enum(['sandbox', 'standard', 'production']).describe('What the other knobs are by default'),
    rooms: z
      .array(z.enum(optInRooms))
      .default([])
      .describe('Opt-in rooms to deploy beside the lifecycle; `-c rooms=a,b`, `kit up --with a,b`'),
    ...foundationConfig,
    ...dataLakeConfig,
    ...etlConfig,
    ...warehouseConfig,
    ...trainingConfig,
    ...servingConfig,
    ...monitoringConfig,
    ...retrainingConfig,
    ...aiServicesConfig,
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

/** Context keys: `profile`, `kit`, `rooms` (names joined by commas), and `config`, a JSON object laid over the profile. */
export function loadConfig(app: App): Config {
  const context = (key: string) => app.node.tryGetContext(key) as string | undefined;
  const overrides = app.node.tryGetContext('config') as string | Record<string, unknown> | undefined;
  const parsed = typeof overrides === 'string' ? (JSON.parse(overrides) as Record<string, unknown>) : (overrides ?? {});
  const [kit, rooms] = [context('kit'), context('rooms')?.split(',')];
  return resolveConfig(context('profile'), {
    ...parsed,
    ...(kit === undefined ? {} : { kit }),
    ...(rooms === undefined ? {} : { rooms }),
  });
}

/** An object with another laid over it, key by key at every depth. */
export function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const isObject = (v: unknown): v is Record<string, unknown> =>
    typeof v === 'object' && v !== null && !Array.isArray(v);
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => {
      const [b, o] = [base[key], over[key]];
      return [key, isObject(b) && isObject(o) ? merge(b, o) : o === undefined ? b : o];
    }),
  );
}
