/** Types over schema/dataset.json, the one place where columns are described. */
import dataset from '../../schema/dataset.json';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'int' | 'double' | 'timestamp';
  readonly meaning: string;
  readonly role?: 'id' | 'time' | 'feature' | 'label';
  readonly kind?: 'categorical' | 'numeric';
  readonly nullable?: boolean;
  /** Columns whose bias is measured. */
  readonly facet?: boolean;
  /** Whether its drift may start a retraining, or is only shown. */
  readonly monitor?: 'retrain' | 'report';
}

export const featureColumns = dataset.features.columns as readonly Column[];
export const rawTables = dataset.raw as unknown as Readonly<
  Record<string, { meaning: string; columns: readonly Column[] }>
>;
/** What a model predicts; the second label is another task's. */
export const labelColumn = dataset.labels.columns.find(({ role }) => role === 'label')!.name;
