/** What a dataset file declares: the types of `datasets/<name>/dataset.json` and what is derived from it. Handlers bundle the file as `#dataset`. */

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'int' | 'double' | 'timestamp';
  readonly meaning: string;
  readonly role?: 'id' | 'time' | 'feature' | 'label';
  readonly kind?: 'categorical' | 'numeric';
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  /** Text of a form that no pattern can hold: the name of an IANA time zone. */
  readonly format?: 'time-zone';
  /** A raw column without which a row means nothing. */
  readonly required?: boolean;
  readonly nullable?: boolean;
  /** What becomes of a raw row or value outside range and pattern. */
  readonly rule?: 'quarantine' | 'null';
  /** Columns whose bias is measured. */
  readonly facet?: boolean;
  /** Columns whose values are judged apart by the gate. */
  readonly segment?: boolean;
  /** Whether its drift may start a retraining, or is only shown. */
  readonly monitor?: 'retrain' | 'report';
  /** The direction in which the feature by itself speaks for the positive outcome. */
  readonly ruleOfThumb?: 'higher' | 'lower';
  /** The label that models predict. */
  readonly target?: boolean;
}

export interface RawTable {
  readonly role: 'events' | 'reference';
  readonly meaning: string;
  /** Columns that identify a row of a reference table. */
  readonly key?: readonly string[];
  /** The column by which rows belong to a partition; a table without one lands whole with each. */
  readonly time?: string;
  /** Days before a partition whose rows its features see too. */
  readonly lookBackDays?: number;
  readonly columns: readonly Column[];
}

export interface Dataset {
  readonly name: string;
  readonly licence: string;
  /** The first day with data, YYYY-MM-DD: partition projection begins there. */
  readonly since: string;
  readonly partition: 'day' | 'month';
  readonly problem: {
    readonly question: string;
    readonly decision: string;
    readonly affected: string;
    readonly costs: {
      readonly unit: string;
      readonly falseAlarm: number;
      readonly miss: number;
      readonly meaning: string;
    };
    readonly floor: { readonly auc: number; readonly meaning: string };
  };
  readonly raw: Readonly<Record<string, RawTable>>;
  readonly features: { readonly columns: readonly Column[] };
  readonly labels: { readonly parameters?: Readonly<Record<string, number>>; readonly columns: readonly Column[] };
}

export const featuresOf = ({ features }: Dataset): readonly Column[] =>
  features.columns.filter(({ role }) => role === 'feature');

/** The curated column with a role that exactly one has. */
export const columnWith = ({ features }: Dataset, role: 'id' | 'time'): string =>
  features.columns.find((column) => column.role === role)!.name;

/** What models predict. */
export const targetOf = ({ labels }: Dataset): string => labels.columns.find(({ target }) => target)!.name;

import declared from '#dataset';
const dataset = declared as unknown as Dataset;
export const featureColumns = dataset.features.columns;
export const rawTables = dataset.raw;
export const grain = dataset.partition;
export const labelColumn = targetOf(dataset);

/** What a partition fills into a template of layout.json. */
export const placeOf = (partition: string) => ({ grain, partition });
