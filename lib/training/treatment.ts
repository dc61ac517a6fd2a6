/** What a training does about a rare outcome and about bias: knobs, and the hyperparameters that they become. */
import { z } from 'zod';
import words from '../../schema/words.json';
import type { Config } from '../config';
import { facetsOf, taskOf } from '../shared/dataset';
import type { Dataset } from '../shared/dataset-file';
import { ratio } from '../shared/knobs';
import type { Algorithm } from './families';

const named = <Name extends string>(of: Record<Name, string>) => Object.keys(of) as [Name, ...Name[]];

export const imbalances = named(words.imbalance);
export const calibrations = named(words.calibration);

const explained = (of: Record<string, string>) =>
  Object.entries(of)
    .map(([name, does]) => `\`${name}\` (${does})`)
    .join(', ');

export const treatment = {
  imbalance: z
    .enum(imbalances)
    .default('none')
    .describe(`Treatment of a rare outcome before the fit, on the fit slice alone: ${explained(words.imbalance)}`),
  calibration: z
    .enum(calibrations)
    .default('none')
    .describe(`Calibration of scores on the select slice: ${explained(words.calibration)}`),
  mitigation: z
    .strictObject({
      reweigh: z
        .string()
        .optional()
        .describe(
          'Facet for reweighing: rows of the fit slice get weights with which each of its values has the outcome equally often',
        ),
      thresholds: z
        .strictObject({
          facet: z.string().optional().describe('Facet whose values get a threshold each'),
          constraint: z
            .enum(named(words.constraints))
            .default('equal-opportunity')
            .describe(`Constraint of the cheapest thresholds on the select slice: ${explained(words.constraints)}`),
          tolerance: ratio.default(0.05).describe('Largest difference between two values of the facet'),
        })
        .prefault({})
        .describe('Thresholds by group; without a facet one for all'),
    })
    .prefault({})
    .describe('What is done about bias between the values of a facet'),
};

/** What the input of an execution chooses for one training. */
export interface TrainingChoice {
  algorithm?: Algorithm;
  imbalance?: (typeof imbalances)[number];
  calibration?: (typeof calibrations)[number];
}

/** What a dataset does not allow of it; train.py has the same rules. */
export function* wrongTreatments(
  { imbalance, calibration, mitigation }: Config['training'],
  dataset: Dataset,
): Generator<{ at: string; why: string }> {
  const { task } = taskOf(dataset);
  const facets = facetsOf(dataset);
  const mitigated = {
    'mitigation.reweigh': mitigation.reweigh,
    'mitigation.thresholds.facet': mitigation.thresholds.facet,
  };
  for (const [at, value] of Object.entries({ imbalance, calibration, ...mitigated })) {
    if (value === undefined || value === 'none') continue;
    if (task !== 'binary')
      yield {
        at,
        why: `is for an outcome that is yes or no, and the task of dataset ${dataset.name} is ${task}: leave it out`,
      };
    else if (at in mitigated && !facets.includes(value))
      yield {
        at,
        why: `must be a facet of dataset ${dataset.name}, which has ${facets.join(', ') || 'none'}: bias is mitigated where it is measured`,
      };
  }
}

/** Hyperparameters of train.py: all of them, so that an execution's input changes any. */
export function treatmentOf({ imbalance, calibration, mitigation }: Config['training']) {
  const { reweigh = 'none', thresholds } = mitigation;
  const { facet: group_facet = 'none', constraint: group_constraint, tolerance: group_tolerance } = thresholds;
  return { imbalance, calibration, reweigh, group_facet, group_constraint, group_tolerance };
}
