/** Types over schema/dataset.json, the one place where columns are described. */
import dataset from '../../schema/dataset.json';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'int' | 'double' | 'timestamp';
  readonly meaning: string;
  readonly role?: 'id' | 'time' | 'feature' | 'label';
  readonly kind?: 'categorical' | 'numeric';
  readonly nullable?: boolean;
}

export const featureColumns = dataset.features.columns as readonly Column[];
export const rawTables = dataset.raw as unknown as Readonly<
  Record<string, { meaning: string; columns: readonly Column[] }>
>;
export const datasetName = dataset.name;
