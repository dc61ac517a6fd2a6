import { resolveConfig } from '../../lib/config';
import { treatmentOf, wrongTreatments } from '../../lib/training/treatment';
import { dataset } from '../shared/kit';

const { training } = resolveConfig('sandbox', {
  dataset: 'tool-hire',
  training: {
    imbalance: 'smotenc',
    calibration: 'isotonic',
    mitigation: { reweigh: 'age_band', thresholds: { facet: 'age_band', constraint: 'demographic-parity' } },
  },
});

test('knobs become hyperparameters of the names that train.py has', () => {
  expect(treatmentOf(training)).toEqual({
    imbalance: 'smotenc',
    calibration: 'isotonic',
    reweigh: 'age_band',
    group_facet: 'age_band',
    group_constraint: 'demographic-parity',
    group_tolerance: 0.05,
  });
});

test('a number has no rare outcome, no probability and no threshold', () => {
  expect([...wrongTreatments(training, dataset)]).toEqual([]);
  const asked = { ...dataset, problem: { ...dataset.problem, task: 'regression' } } as typeof dataset;
  const found = [...wrongTreatments(training, asked)];
  expect(found.map(({ at }) => at)).toEqual([
    'imbalance',
    'calibration',
    'mitigation.reweigh',
    'mitigation.thresholds.facet',
  ]);
  expect(found[0]!.why).toBe(
    'is for an outcome that is yes or no, and the task of dataset tool-hire is regression: leave it out',
  );
});
