/** Model families and their hyperparameters, from the file that the jobs use too. */
import families from '../../schema/families.json';

export type Algorithm = keyof typeof families;

/** The only family whose hyperparameters SageMaker tunes: it compares names of ranges with those of its built-in XGBoost. */
export const TUNED = 'boosted-trees' satisfies Algorithm;

type Tuned = keyof (typeof families)[typeof TUNED]['hyperparameters'];

export const tunedHyperparameters = Object.keys(families[TUNED].hyperparameters) as [Tuned, ...Tuned[]];

export const algorithms = Object.keys(families) as [Algorithm, ...Algorithm[]];

interface Hyperparameter {
  readonly default: number | null;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly does: string;
}

export const hyperparametersOf = (algorithm: Algorithm): Record<string, Hyperparameter> =>
  families[algorithm].hyperparameters;

/** The most rounds of a trial; the configured hyperparameters apply if they are of its family. */
export const tunedRounds = (algorithm: Algorithm, given: Record<string, number>): number =>
  (algorithm === TUNED ? given.num_round : undefined) ?? families[TUNED].hyperparameters.num_round.default;

/** Faults of values given for a family's hyperparameters, by name; the jobs have the same rules. */
export function* wrongHyperparameters(algorithm: Algorithm, given: Record<string, number>) {
  const known = hyperparametersOf(algorithm);
  for (const [name, value] of Object.entries(given)) {
    const is = known[name];
    if (is === undefined)
      yield { name, why: `${algorithm} has no such hyperparameter: it has ${Object.keys(known).join(', ')}` };
    else if (!(is.min <= value && value <= is.max) || (is.whole && !Number.isInteger(value)))
      yield { name, why: `must be a ${is.whole ? 'whole ' : ''}number from ${is.min} to ${is.max}` };
  }
}

/** Every hyperparameter of a family, given or default; one whose default depends on the data is left out. */
export function settled(algorithm: Algorithm, given: Record<string, number>): Record<string, number> {
  const defaults = Object.entries(hyperparametersOf(algorithm)).map(([name, is]) => [name, is.default] as const);
  const known = defaults.filter((each): each is readonly [string, number] => each[1] !== null);
  return { ...Object.fromEntries(known), ...given };
}
