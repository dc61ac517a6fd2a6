import { z } from 'zod';
import { instanceType } from '../shared/instance-types';
import { positive, whole } from '../shared/knobs';
import { algorithms, settled, TUNED, tunedRounds, wrongHyperparameters } from './families';
import { treatment } from './treatment';
import { tuning } from './tuning-config';

export const trainingConfig = {
  training: z
    .strictObject({
      instanceType: instanceType('training').default('ml.m5.large').describe('Instance of the training job'),
      spot: z.boolean().default(true).describe('Train on Spot: new accounts have a quota for Spot only'),
      maxRuntimeMinutes: whole(5, 1440).default(30).describe('Minutes after which a training job is stopped'),
      maxWaitMinutes: whole(5, 2880).default(60).describe('Minutes on Spot for waiting and running together'),
      processingInstanceType: instanceType('processing')
        .default('ml.t3.large')
        .describe('Instance of the evaluation job'),
      approval: z
        .enum(['automatic', 'manual'])
        .default('automatic')
        .describe('Whether a version that passed the gate is approved automatically or waits for a person'),
      algorithm: z.enum(algorithms).default(TUNED).describe('Model family of `kit train` and of retraining'),
      seeds: whole(1, 10)
        .default(1)
        .describe(
          "Number of trainings of a challenger with different seeds; with two or more the gate's interval covers the variation between trainings as well as between days",
        ),
      hyperparameters: z
        .record(z.string(), z.number())
        .prefault({})
        .describe(
          'Hyperparameters of the family that differ from its defaults, by the names in the last table of this page',
        ),
      ...treatment,
      tuning: tuning.prefault({}).describe('The search of `kit train --mode tune`'),
    })
    .refine((t) => !t.spot || t.maxWaitMinutes >= t.maxRuntimeMinutes, {
      path: ['maxWaitMinutes'],
      error: 'must not be below maxRuntimeMinutes: on spot, waiting for capacity and running share it',
    })
    .superRefine(({ algorithm, hyperparameters, tuning: t }, ctx) => {
      for (const { name, why } of wrongHyperparameters(algorithm, hyperparameters))
        ctx.addIssue({ code: 'custom', path: ['hyperparameters', name], message: why });
      const rounds = tunedRounds(algorithm, hyperparameters);
      if (t.strategy === 'Hyperband' && t.hyperband.minResource >= rounds)
        ctx.addIssue({
          code: 'custom',
          path: ['tuning', 'hyperband', 'minResource'],
          message: `must be below the ${rounds} of num_round: no trial would be stopped before its end otherwise`,
        });
    })
    .transform((t) => ({ ...t, hyperparameters: settled(t.algorithm, t.hyperparameters) }))
    .prefault({}),
  // #region gate
  gate: z.strictObject({
    gateDays: whole(14, 90).describe(
      'Newest labelled days, on which champion and challenger are compared; 14 contain every weekday twice',
    ),
    selectDays: whole(7, 90).describe(
      'Labelled days before the gate, for early stopping, tuning, threshold and calibration',
    ),
    draws: whole(1000, 10000).default(1000).describe('Bootstrap draws over days behind each interval'),
    brierDelta: positive(0.1).default(0.005).describe('Largest permitted loss of the challenger in the Brier score'),
    lossDelta: positive(0.5)
      .default(0.02)
      .describe(
        'Largest permitted relative loss in the second measure, Brier score or RMSE, for the tasks `multiclass` and `regression`',
      ),
    segmentDelta: positive(0.2)
      .default(0.02)
      .describe('Largest permitted loss of AUC, or relative loss, of the challenger in a large segment'),
    segmentMinRows: whole(100).describe('Rows from which a segment counts as large'),
  }),
  // #endregion gate
};
