/** How hyperparameters may be tuned; SageMaker would refuse wrong names and pairs only when a tuning job starts. */
import { z } from 'zod';
import { whole } from '../shared/knobs';
import { hyperparametersOf, TUNED, tunedHyperparameters } from './families';
import { STRATEGIES } from './room';

const known = hyperparametersOf(TUNED);

/** SageMaker holds the names of ranges against the list of its built-in XGBoost, and starts no job with another one. */
const UNTUNABLE = ['early_stopping_rounds', 'seed'] as const;

const range = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('Integer'),
      min: z.number().int(),
      max: z.number().int(),
      scaling: z.enum(['Auto', 'Linear', 'Logarithmic']).default('Auto'),
    }),
    z.strictObject({
      type: z.literal('Continuous'),
      min: z.number(),
      max: z.number(),
      scaling: z.enum(['Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic']).default('Auto'),
    }),
    z.strictObject({ type: z.literal('Categorical'), values: z.array(z.string()).min(1).max(30) }),
  ])
  .refine((r) => r.type === 'Categorical' || r.min < r.max, 'min must be below max')
  .refine(
    (r) => r.type === 'Categorical' || r.scaling !== 'Logarithmic' || r.min > 0,
    'scaling Logarithmic needs min above 0: raise min, or choose Linear',
  )
  .refine(
    (r) => r.type !== 'Continuous' || r.scaling !== 'ReverseLogarithmic' || (r.min >= 0 && r.max < 1),
    'scaling ReverseLogarithmic needs 0 <= min and max < 1: choose Linear otherwise',
  );

type Ranges = Partial<Record<string, z.output<typeof range>>>;

/** How many trials differ; a continuous range has values for any number. */
const combinations = (ranges: Ranges) =>
  Object.values(ranges).reduce((product, each) => product * (each === undefined ? 1 : valuesOf(each)), 1);

function valuesOf(each: z.output<typeof range>): number {
  if (each.type === 'Categorical') return each.values.length;
  return each.type === 'Integer' ? each.max - each.min + 1 : Infinity;
}

export const tuning = z
  .strictObject({
    strategy: z
      .enum(STRATEGIES)
      .default('Random')
      .describe('Strategy that draws the trials; `Grid` needs categorical ranges'),
    maxTrials: whole(1, 50).default(6).describe('Trials of one tuning job; a grid tries every combination instead'),
    maxParallel: whole(1, 2)
      .default(2)
      .describe(
        'Concurrent trials: a new account has 4 spot instances of ml.m5.large, and half of them stay free for a retraining',
      ),
    earlyStopping: z
      .enum(['Off', 'Auto'])
      .default('Off')
      .describe(
        '`Auto` stops a trial that is below the median of the earlier ones at its round; `Hyperband` needs `Off`',
      ),
    hyperband: z
      .strictObject({
        minResource: whole(1, 2000)
          .default(10)
          .describe('Rounds before which Hyperband stops no trial; the maximum is `num_round`'),
      })
      .prefault({}),
    ranges: z
      .partialRecord(z.enum(tunedHyperparameters), range)
      .default({
        max_depth: { type: 'Integer', min: 3, max: 8, scaling: 'Auto' },
        eta: { type: 'Continuous', min: 0.03, max: 0.3, scaling: 'Logarithmic' },
        min_child_weight: { type: 'Continuous', min: 1, max: 50, scaling: 'Logarithmic' },
      })
      .describe("Ranges of the boosted trees' hyperparameters, within their limits"),
  })
  .superRefine((t, ctx) => {
    const refuse = (message: string, knob = 'ranges') => ctx.addIssue({ code: 'custom', path: [knob], message });
    const ranges = Object.entries(t.ranges);
    if (ranges.length === 0) refuse('no range given: name at least one hyperparameter');
    if (t.strategy === 'Grid' && ranges.some(([, { type }]) => type !== 'Categorical'))
      refuse('strategy Grid takes categorical ranges only: list the values to try, or choose Random');
    if (t.strategy === 'Hyperband' && t.earlyStopping !== 'Off')
      refuse('strategy Hyperband stops trials itself: set earlyStopping to Off', 'earlyStopping');
    if (t.strategy === 'Hyperband' && 'num_round' in t.ranges)
      refuse('strategy Hyperband gives out the rounds itself: leave num_round out');
    if (t.strategy !== 'Grid' && combinations(t.ranges) < t.maxTrials)
      refuse(
        `the ranges have ${combinations(t.ranges)} combinations, fewer than the ${t.maxTrials} of maxTrials: widen one`,
      );
    for (const name of UNTUNABLE)
      if (name in t.ranges) refuse(`SageMaker does not tune ${name}: set it under hyperparameters`);
    for (const [name, { type }] of ranges)
      if (known[name]?.whole === true && type === 'Continuous')
        refuse(`${name} is a whole number: make its range Integer`);
  });

interface Trials {
  readonly spot: boolean;
  readonly maxWaitMinutes: number;
  readonly maxRuntimeMinutes: number;
  readonly tuning: z.output<typeof tuning>;
}

/** How many trials a tuning job runs: a grid tries every combination, whatever `maxTrials` says. */
export const trialsOf = ({ strategy, ranges, maxTrials }: Trials['tuning']): number =>
  strategy === 'Grid' ? combinations(ranges) : maxTrials;

/** How long training or tuning may take: trials run in waves, and on Spot each wave may wait for capacity. */
export function trialMinutes({ spot, maxWaitMinutes, maxRuntimeMinutes, tuning: t }: Trials): number {
  return Math.ceil(trialsOf(t) / t.maxParallel) * (spot ? maxWaitMinutes : maxRuntimeMinutes);
}
