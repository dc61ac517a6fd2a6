/** Values derived from a dataset's declaration; handlers bundle their deployment's file as `#dataset`. */
import type { Column, Dataset } from './dataset-file';

export const featuresOf = ({ features }: Dataset): readonly Column[] =>
  features.columns.filter(({ role }) => role === 'feature');

/** The features between whose values bias is measured. */
export const facetsOf = (dataset: Dataset): string[] =>
  featuresOf(dataset).flatMap(({ name, facet }) => (facet === true ? [name] : []));

/** The curated column with a role that exactly one column has. */
export const columnWith = ({ features }: Dataset, role: 'id' | 'time'): string =>
  features.columns.find((column) => column.role === role)!.name;

/** Values of a partition for a template of layout.json. */
export const placeOf = ({ partition: grain }: Pick<Dataset, 'partition'>, partition: string) => ({ grain, partition });

/** Largest accepted number, unless its column declares more; jobs/common/schema.py has the same. */
export const LARGEST = 2 ** 53;

/** The label columns in the order of a ground-truth line. */
export const labelsOf = ({ labels }: Pick<Dataset, 'labels'>) => labels.columns.filter(({ role }) => role === 'label');

/** Name of the predicted column in answers and reports. */
export const targetOf = ({ problem: { label, target }, labels }: Dataset): string =>
  label ?? target ?? labels.columns.find((column) => column.target)!.name;

/** Measures of models: XGBoost's name for the select slice, and whether higher is better; jobs/common/tasks.py has the same. */
const MEASURES = {
  binary: { measure: 'AUC', metric: 'auc', rising: true },
  multiclass: { measure: 'log loss', metric: 'mlogloss', rising: false },
  regression: { measure: 'MAE', metric: 'mae', rising: false },
} as const;

export const taskOf = ({ problem: { task = 'binary' } }: Pick<Dataset, 'problem'>) => ({ task, ...MEASURES[task] });

/** The raw table whose rows become examples. */
export const eventsTable = ({ raw }: Dataset): string =>
  Object.entries(raw).find(([, { role }]) => role === 'events')![0];
