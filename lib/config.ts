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
import { taskOf } from './shared/dataset';
import { datasetOf, defaultDataset } from './shared/datasets';
import { sizesOf } from './shared/sizes';
import { servingConfig } from './serving/config';
import { parseJson } from './shared/json-text';
import { reservedFor } from './shared/names';
import { Refused } from './shared/refused';
import { trainingConfig } from './training/config';
import { TUNED } from './training/families';
import { wrongTreatments } from './training/treatment';
import { warehouseConfig } from './warehouse/config';

/** The kit's name when none is given, in commands and in the app. */
export const DEFAULT_KIT = 'mlkit';

/** Cross-room rules stand here; the knobs of a room are in its own `config.ts`. */
export const schema = z
  .strictObject({
    kit: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,13}[a-z0-9]$/,
        'kit: 2 to 15 of a-z, 0-9 and -, starting with a letter, not ending with -; job names derived from it must stay below 32 characters',
      )
      .superRefine((kit, ctx) => {
        const why = reservedFor(kit);
        if (why !== undefined) ctx.addIssue({ code: 'custom', message: `kit: ${why}; choose another name` });
      })
      .default(DEFAULT_KIT)
      .describe('Prefix of stack, endpoint, alarm and parameter names; two kits in one account differ here'),
    dataset: z
      .string()
      .default(defaultDataset)
      .describe(
        'Folder below `datasets/` that describes the data, or `<folder>/<task>` for another question on it; by default the target of the link `datasets/default`',
      ),
    profile: z.enum(['sandbox', 'standard', 'production']).describe('Defaults of the other knobs'),
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
  .superRefine(({ dataset, training }, ctx) => {
    for (const { at, why } of wrongTreatments(training, datasetOf(dataset)))
      ctx.addIssue({ code: 'custom', path: ['training', ...at.split('.')], message: why });
  })
  .superRefine(({ dataset, monitoring, serving, training }, ctx) => {
    const asked = taskOf(datasetOf(dataset)).task;
    const { loss = 'squared' } = datasetOf(dataset).problem;
    if (loss !== 'squared' && training.algorithm !== TUNED)
      ctx.addIssue({
        code: 'custom',
        path: ['training', 'algorithm'],
        message: `the task of ${dataset} minimises ${loss} loss, which only ${TUNED} can`,
      });
    if (monitoring.engine !== 'managed') return;
    const refuse = (path: string[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    if (asked !== 'binary')
      refuse(
        ['monitoring', 'engine'],
        `managed monitors judge a yes or no here, and ${dataset} is a ${asked} task: choose open`,
      );
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
const profiles: Record<Config['profile'], Overlay> = {
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
 * @throws Refused naming every wrong key, the value it has and what is allowed
 */
export function resolveConfig(profile: string = 'sandbox', overrides: Overlay = {}): Config {
  const base = profiles[profile as Config['profile']];
  if (base === undefined)
    throw new Refused(
      `profile ${JSON.stringify(profile)} is not one of ${profileNames.join(', ')}: deploy with -c profile=sandbox`,
    );
  agree('profile', profile, overrides.profile);
  const { dataset = defaultDataset } = overrides;
  if (typeof dataset !== 'string') throw new Refused(`dataset must be a name, not ${JSON.stringify(dataset)}`);
  const asked = merge(merge(sizesOf(datasetOf(dataset)), base), overrides);
  const filled = schema.safeParse(asked);
  // zod judges no default: the second pass does, for whoever changes one in a room's config.ts.
  const result = filled.success ? schema.safeParse(filled.data) : filled;
  if (!result.success)
    throw new Refused(
      `configuration refused:\n${result.error.issues.map((issue) => told(issue, filled.data ?? asked)).join('\n')}\nleave a key out for its default; docs/configuration.md has every key`,
    );
  return result.data;
}

/** The fault with its place and the given value; a default that breaks a rule between rooms has no given value. */
function told({ path, message }: z.core.$ZodIssue, asked: unknown): string {
  const received = JSON.stringify(
    path.reduce<unknown>((value, key) => (value as Overlay | undefined)?.[String(key)], asked),
  );
  const value = path.length === 0 || received === undefined ? '' : `; received ${received}`;
  return `  ${path.length === 0 ? '' : `${path.join('.')}: `}${value === '' ? message : message.replace(/, received \w+$/, '')}${value}`;
}

/** Overrides of a profile. */
export type Overlay = Record<string, unknown>;

/** Values from options and context keys of their own, beside the overlay. */
export interface Chosen {
  readonly profile?: string;
  readonly kit?: string;
  readonly rooms?: readonly string[];
}

/** @throws Refused when the overlay contradicts the chosen values: guards would use the one and stacks the other */
export function chosenConfig({ profile, kit = DEFAULT_KIT, rooms }: Chosen, overlay: Overlay): Config {
  agree('kit', kit, overlay.kit);
  if (rooms !== undefined) agree('rooms', rooms, overlay.rooms);
  return resolveConfig(profile, { ...overlay, kit, ...(rooms === undefined ? {} : { rooms }) });
}

function agree(key: keyof Chosen, chosen: unknown, laid: unknown): void {
  const [is, says] = [JSON.stringify(chosen), JSON.stringify(laid)];
  if (says !== undefined && says !== is)
    throw new Refused(
      `the configuration says ${key} ${says}, but ${is} was chosen: take "${key}" out of it and choose with ${CHOICES[key]}`,
    );
}

const CHOICES: Record<keyof Chosen, string> = {
  profile: '--profile (cdk: -c profile=)',
  kit: '--kit (cdk: -c kit=)',
  rooms: '--with (cdk: -c rooms=)',
};

/** @throws Refused unless the text is a JSON object */
export function parseOverlay(text: string, from: string): Overlay {
  const value = parseJson(text, from);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refused(
      `${from} must be a JSON object of rooms and their keys, such as {"etl":{"workers":4}}; received ${text}: leave it out for the profile as it is`,
    );
  return value as Overlay;
}

/** Context keys: `profile`, `kit`, `rooms` (names joined by commas), and `config`, a JSON object of overrides. */
export function loadConfig(app: App): Config {
  const context = (key: string) => app.node.tryGetContext(key) as string | undefined;
  const overlay = app.node.tryGetContext('config') as unknown;
  const text = typeof overlay === 'string' ? overlay : JSON.stringify(overlay ?? {});
  const [profile, kit, rooms] = [context('profile'), context('kit'), context('rooms')?.split(',')];
  return chosenConfig({ profile, kit, rooms }, parseOverlay(text, '-c config'));
}

/** Merges one object over another, key by key at every depth. */
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
