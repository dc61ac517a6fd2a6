/** What a folder of datasets/ gives to the commands: raw tables by partition, and labels by day. */

/** A row of a raw table: text by column, empty where nothing is known. */
export type Row = Readonly<Record<string, string>>;

/** A raw table of one partition, as lines of CSV. */
export interface Table {
  readonly header: string;
  readonly rows: readonly string[];
}

export interface DataSource {
  /** The raw tables of a partition, by name. @throws Error when it has no events, naming the days that there are */
  tables(partition: string): ReadonlyMap<string, Table>;
  /** Labels of the events of a UTC day, those without an outcome left out. */
  labels(day: string): Labels;
  /** What could not be placed: rows that belong to no partition. Sentences for people. */
  readonly remarks: readonly string[];
}

export interface Labels {
  readonly labels: readonly Label[];
  /** Events whose outcome is no label, and why; nothing is delivered for them. */
  readonly refused: readonly string[];
}

export interface Label {
  /** The identity that joins predictions and labels. */
  readonly id: string;
  /** In the order of the label columns. */
  readonly values: readonly number[];
}

/** How an event's identity and outcome are read from a sound raw row; features.py does the same, and vectors.json holds both to it. */
export interface LabelRule {
  id(row: Row): string;
  /** Undefined where no outcome can exist. @throws Error saying which value is wrong */
  values(row: Row): readonly number[] | undefined;
}
