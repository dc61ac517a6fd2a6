/** What is derived from a dataset's declaration; handlers bundle the file of their deployment as `#dataset`. */
import type { Column, Dataset } from './dataset-file';

export const featuresOf = ({ features }: Dataset): readonly Column[] =>
  features.columns.filter(({ role }) => role === 'feature');

/** The features between whose values bias is measured. */
export const facetsOf = (dataset: Dataset): string[] =>
  featuresOf(dataset).flatMap(({ name, facet }) => (facet === true ? [name] : []));

/** The curated column with a role that exactly one has. */
export const columnWith = ({ features }: Dataset, role: 'id' | 'time'): string =>
  features.columns.find((column) => column.role === role)!.name;

/** What a partition fills into a template of layout.json. */
export const placeOf = ({ partition: grain }: Pick<Dataset, 'partition'>, partition: string) => ({ grain, partition });

/** What nothing measured exceeds, unless its column says so; jobs/common/schema.py has the same. */
export const LARGEST = 2 ** 53;

/** In the order of the values of a ground-truth line. */
export const labelsOf = ({ labels }: Pick<Dataset, 'labels'>) => labels.columns.filter(({ role }) => role === 'label');

/** What models predict, as answers and reports call it. */
export const targetOf = ({ problem: { label, target }, labels }: Dataset): string =>
  label ?? target ?? labels.columns.find((column) => column.target)!.name;

/** How models are measured: the figure's name, as XGBoost prints it for the select slice, and whether higher is better; jobs/common/tasks.py has the same. */
const MEASURES = {
  binary: { measure: 'AUC', metric: 'auc', rising: true },
  multiclass: { measure: 'log loss', metric: 'mlogloss', rising: false },
  regression: { measure: 'MAE', metric: 'mae', rising: false },
} as const;

export const taskOf = ({ problem: { task = 'binary' } }: Pick<Dataset, 'problem'>) => ({ task, ...MEASURES[task] });

/** The raw table whose rows the features are of. */
export const eventsTable = ({ raw }: Dataset): string =>
  Object.entries(raw).find(([, { role }]) => role === 'events')![0];
