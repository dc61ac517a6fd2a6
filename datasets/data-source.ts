/** The interface between a folder of datasets/ and the commands: raw tables by partition, and labels by day. */

/** A row of a raw table: text by column, empty for a missing value. */
export type Row = Readonly<Record<string, string>>;

/** A raw table of one partition, as lines of CSV. */
export interface Table {
  readonly header: string;
  readonly rows: readonly string[];
}

export interface DataSource {
  /** Whether a partition has events; a closed day of a shop has none. */
  holds(partition: string): boolean;
  /** The raw tables of a partition, by name. @throws Error when it has no events, naming the days that have some */
  tables(partition: string): ReadonlyMap<string, Table>;
  /** Labels of the events of a UTC day; events without an outcome are left out. */
  labels(day: string): Labels;
  /** Sentences about rows that belong to no partition. */
  readonly remarks: readonly string[];
}

export interface Labels {
  readonly labels: readonly Label[];
  /** Events whose outcome is not a valid label, with the reason; they are not delivered. */
  readonly refused: readonly string[];
}

export interface Label {
  /** The event id that joins predictions and labels. */
  readonly id: string;
  /** Values in the order of the label columns. */
  readonly values: readonly number[];
}

/** Derives identity and outcome of an event from a sound raw row. features.py does the same; vectors.json tests both. */
export interface LabelRule {
  id(row: Row): string;
  /** Undefined when no outcome can exist. @throws Error naming the faulty value */
  values(row: Row): readonly number[] | undefined;
}
