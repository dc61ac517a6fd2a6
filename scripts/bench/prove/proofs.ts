import { resolveConfig } from '../../../lib/config';
import { parameterRanges } from '../../../lib/training/training-jobs';
import { printed } from '../measurements';
import { rehearsed } from '../rehearsed';
import type { Summary } from '../../rehearse/verify';
import { defaultDataset } from '../../../lib/shared/datasets';
import { experiment } from './experiments';
import type { Figures, Proof } from './proof';

/** Inputs of a rehearsal: deployed code, engine, scenarios with their commands, locked packages. */
const REHEARSAL = [
  ...['bin', 'lib', 'lambda', 'jobs', 'schema', 'engine', 'scripts/rehearse', 'scripts/operate', 'datasets'],
  ...['scripts/account', 'package-lock.json', 'requirements.txt', 'scripts/bootstrap/locks'],
];

const SECOND_BAKEOFF = ['scripts/bench/proven_bakeoff.py', 'scripts/bench/second_bakeoff.py'];

/** Inputs of an experiment: programs, rows and their generation. */
const EXPERIMENT = [
  ...['jobs', 'schema', 'datasets', 'scripts/bench/curate.py', 'scripts/bench/spark.py'],
  ...['scripts/bench/prove/experiments.ts', 'scripts/operate/landing.ts', 'requirements.txt'],
];

const BOTH = [defaultDataset, 'tool-hire'];

const onBoth = (program: string, about?: { rare: boolean }) =>
  BOTH.map((dataset) => experiment(program, dataset, about)).reduce((all, each) => ({ ...all, ...each }));

export const PROOFS: Readonly<Record<string, Proof>> = {
  year: {
    title: 'The drift story through December',
    paths: REHEARSAL,
    seed: 2013,
    prove: () => story(rehearsed('--through', '2013-12').summary),
  },
  quiet: {
    title: 'False alarms over the held-out weeks after seven months of history',
    paths: REHEARSAL,
    seed: 2013,
    prove: () => falseAlarms(rehearsed('--scenario', 'quiet').summary),
  },
  bakeoff: {
    title: 'The table of a bake-off on January to March, computed a second time by other code',
    paths: [
      'jobs/training',
      'jobs/common',
      'schema',
      `datasets/${defaultDataset}`,
      ...SECOND_BAKEOFF,
      'requirements.txt',
    ],
    seed: 2013,
    prove: () => printed('proven_bakeoff.py'),
  },
  'etl-growth': {
    title: 'Time of the Glue job over the rows of a month, on local Spark',
    paths: ['jobs/etl', 'jobs/common', 'schema', 'scripts/bench/etl.py', 'scripts/bench/clock.py', 'requirements.txt'],
    prove: () => printed('etl.py', 'growth'),
  },
  imbalance: {
    title:
      'Effect of treatments of a rare outcome on ranking, calibration and cost, and the optimism of sampling before the split',
    paths: EXPERIMENT,
    seed: 2013,
    prove: () => onBoth('rare_outcome.py', { rare: true }),
  },
  mitigation: {
    title: "Effect of reweighing, thresholds by group and leaving a column out on the groups' decisions",
    paths: EXPERIMENT,
    seed: 2013,
    prove: () => experiment('mitigated.py', 'tool-hire'),
  },
  poisoning: {
    title: 'Checks that detect flipped labels',
    paths: EXPERIMENT,
    seed: 2013,
    prove: () => onBoth('poisoned.py'),
  },
  validation: {
    title:
      "Estimates of a model's quality by splits that respect time and one that does not; history, rounds and seeds",
    paths: EXPERIMENT,
    seed: 2013,
    prove: () => onBoth('validation.py'),
  },
  coverage: {
    title: 'Coverage of prediction intervals in later months',
    paths: EXPERIMENT,
    seed: 2013,
    prove: () => experiment('coverage.py', `${defaultDataset}/delay`, { later: true }),
  },
  tuning: {
    title: 'Best result of search strategies on one budget, on Branin’s function and in the training',
    paths: [
      ...['jobs/training', 'jobs/common', 'schema', 'lib/training/tuning-config.ts', 'engine/sagemaker/search.py'],
      ...['scripts/bench/tuning.py', 'scripts/bench/jobs.py', 'scripts/bench/clock.py', 'requirements.txt'],
    ],
    seed: 0,
    prove: () => printed('tuning.py', JSON.stringify(parameterRanges(resolveConfig().training.tuning.ranges))),
  },
};

/** Four digits: figures that the README quotes must not change. */
const rounded = (value: number) => Math.round(value * 1e4) / 1e4;
const known = (values: readonly (number | null | undefined)[]) =>
  values.filter((value) => value !== null && value !== undefined).map(rounded);

export function story({ monitor, releases, gates }: Pick<Summary, 'monitor' | 'releases' | 'gates'>): Figures {
  const compared = gates.filter(({ promoted }) => promoted);
  return {
    weeks: monitor.length,
    predictions: monitor.reduce((sum, { records }) => sum + records, 0),
    'weeks with violations': monitor.filter(({ violations }) => violations.length > 0).length,
    'weeks with confirmed violations': monitor.filter(({ confirmed }) => confirmed).length,
    'released versions': releases.filter(({ outcome }) => outcome === 'released').map(({ version }) => version),
    'gains of promoted challengers': known(compared.map(({ gain }) => gain)),
    'their lower bounds': known(compared.map(({ interval }) => interval?.[0])),
    'their upper bounds': known(compared.map(({ interval }) => interval?.[1])),
    'AUC by week': known(monitor.map(({ score }) => score)),
    'AUC of the rule by week': known(monitor.map(({ ruleScore }) => ruleScore)),
  };
}

export function falseAlarms({ monitor }: Pick<Summary, 'monitor'>): Figures {
  const violating = monitor.filter(({ violations }) => violations.length > 0).length;
  return {
    weeks: monitor.length,
    'weeks with violations': violating,
    'weeks with confirmed violations': monitor.filter(({ confirmed }) => confirmed).length,
    'false-alarm rate': rounded(violating / monitor.length),
  };
}
