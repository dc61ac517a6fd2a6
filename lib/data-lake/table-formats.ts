/** Athena's access to the lake: Hive's classes and the rules of partition projection. */
import type { Dataset } from '../shared/dataset-file';

export interface Format {
  readonly classification: string;
  readonly input: string;
  readonly output: string;
  readonly serde: string;
  readonly serdeParameters?: Record<string, string>;
  readonly tableParameters?: Record<string, string>;
}

const text = {
  input: 'org.apache.hadoop.mapred.TextInputFormat',
  output: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
};

export const csv: Format = {
  ...text,
  classification: 'csv',
  serde: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
  serdeParameters: { separatorChar: ',', quoteChar: '"' },
  tableParameters: { 'skip.header.line.count': '1' },
};

export const jsonLines: Format = {
  ...text,
  classification: 'json',
  serde: 'org.openx.data.jsonserde.JsonSerDe',
  serdeParameters: { 'ignore.malformed.json': 'true' },
};

export const parquet: Format = {
  classification: 'parquet',
  input: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  output: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
};

export interface Partition {
  readonly name: string;
  readonly projection: Readonly<Record<string, string>>;
}

/** @param since first partition with data; an older range would only cost listings */
const projected = (name: string, format: string, since: string, unit: 'MONTHS' | 'DAYS'): Partition => ({
  name,
  // #region projection
  projection: { type: 'date', format, range: `${since},NOW`, interval: '1', 'interval.unit': unit },
  // #endregion projection
});

/** Partitions of the lake, projected. */
export const partitioned = (name: string, { partition, since }: Pick<Dataset, 'partition' | 'since'>): Partition =>
  // #region projection
  partition === 'month'
    ? projected(name, 'yyyy-MM', since.slice(0, 7), 'MONTHS')
    : projected(name, 'yyyy-MM-dd', since, 'DAYS');
// #endregion projection

/** Folders of year, month and day, in SageMaker's layout of captured records and ground truth. */
export const daily = (name: string, { since }: Pick<Dataset, 'since'>): Partition =>
  projected(name, 'yyyy/MM/dd', since.replaceAll('-', '/'), 'DAYS');
