/** How Athena reads what the lake holds: Hive's classes and the rules of partition projection. */

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

/** The data begins in 2013; an older range would only cost listings. */
const monthly = (name: string): Partition => ({
  name,
  projection: { type: 'date', format: 'yyyy-MM', range: '2013-01,NOW', interval: '1', 'interval.unit': 'MONTHS' },
});

export const daily = (name: string): Partition => ({
  name,
  projection: { type: 'date', format: 'yyyy/MM/dd', range: '2013/01/01,NOW', interval: '1', 'interval.unit': 'DAYS' },
});

/** Partitions of the lake itself, whose names are not those of folders in a folder. */
export const byGrain = {
  month: monthly,
  day: (name: string): Partition => ({
    name,
    projection: { ...daily(name).projection, format: 'yyyy-MM-dd', range: '2013-01-01,NOW' },
  }),
};
