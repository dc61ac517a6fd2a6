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

/** What models predict. */
export const targetOf = ({ labels }: Dataset): string => labels.columns.find(({ target }) => target)!.name;

/** The raw table whose rows the features are of. */
export const eventsTable = ({ raw }: Dataset): string =>
  Object.entries(raw).find(([, { role }]) => role === 'events')![0];
