import { Aws } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { columnWith, labelsOf, placeOf } from '../shared/dataset';
import type { Dataset } from '../shared/dataset-file';
import { fill, layout, names } from '../shared/names';
import { databaseName } from './room';
import { csv, jsonLines, daily, parquet, partitioned, type Format, type Partition } from './table-formats';

export interface CatalogProps {
  readonly kit: string;
  readonly dataset: Dataset;
  readonly raw: IBucket;
  readonly curated: IBucket;
  readonly captured: IBucket;
}

interface Table {
  readonly name: string;
  readonly meaning: string;
  readonly columns: readonly { name: string; type: string; meaning: string }[];
  readonly bucket: IBucket;
  /** Key template of the partitions, with `${partition}` in it. */
  readonly keys: string;
  readonly partition: Partition;
  readonly format: Format;
}

/** AWS's data-capture record. */
const captureRecord = [
  {
    name: 'capturedata',
    type: 'struct<endpointInput:struct<data:string,encoding:string>,endpointOutput:struct<data:string,encoding:string>>',
    meaning: 'Request and answer as JSON text',
  },
  {
    name: 'eventmetadata',
    type: 'struct<eventId:string,inferenceTime:string,customAttributes:array<string>>',
    meaning: 'Identity and time of the request',
  },
];
/** AWS's ground-truth record. */
const groundTruthRecord = (dataset: Dataset) => [
  {
    name: 'groundtruthdata',
    type: 'struct<data:string,encoding:string>',
    meaning: `${labelsOf(dataset)
      .map(({ name }) => name)
      .join(',')} as CSV`,
  },
  { name: 'eventmetadata', type: 'struct<eventId:string>', meaning: `The ${columnWith(dataset, 'id')}` },
];

/** Glue database and tables for Athena; no job depends on them. Partitions are projected: nothing is registered when data arrives. */
export class Catalog extends Construct {
  constructor(scope: Construct, id: string, { kit, dataset, raw, curated, captured }: CatalogProps) {
    super(scope, id);
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: databaseName(kit) },
    });
    const partitions = partitioned(dataset.partition, dataset);
    // The prefix avoids a collision with raw tables that have a column `month`.
    const loads = partitioned(`load_${dataset.partition}`, dataset);
    const days = daily('event_day', dataset);
    const collections = daily('collection_day', dataset);
    const byDay = (template: string, { name }: Partition) => template.replace('{yyyy}/{mm}/{dd}', `\${${name}}`);

    for (const [table, { columns, meaning }] of Object.entries(dataset.raw))
      this.declare(database, {
        name: `raw_${table}`,
        meaning,
        // The CSV reader supports text only, so queries cast.
        columns: columns.map((column) => ({ ...column, type: 'string' })),
        bucket: raw,
        keys: above(fill(layout.raw.tables, { table, ...placeOf(dataset, `\${${loads.name}}`) })),
        partition: loads,
        format: csv,
      });
    this.declare(database, {
      name: 'features',
      meaning: 'Curated rows, one per event',
      columns: dataset.features.columns,
      bucket: curated,
      keys: fill(layout.curated.features, placeOf(dataset, `\${${partitions.name}}`)),
      partition: partitions,
      format: parquet,
    });
    this.declare(database, {
      name: 'ground_truth',
      meaning: 'Labels by day of collection',
      columns: groundTruthRecord(dataset),
      bucket: raw,
      keys: byDay(above(layout.raw.groundTruth), collections),
      partition: collections,
      format: jsonLines,
    });
    this.declare(database, {
      name: 'captured',
      meaning: 'Predictions by event day',
      columns: captureRecord,
      bucket: captured,
      keys: byDay(layout.captured.records, days).replace('{endpoint}', names.endpoint(kit)),
      partition: days,
      format: jsonLines,
    });
  }

  private declare(database: CfnDatabase, { name, meaning, columns, bucket, keys, partition, format }: Table): void {
    const rules = Object.entries(partition.projection).map(([rule, value]) => [
      `projection.${partition.name}.${rule}`,
      value,
    ]);
    const fixed = above(keys.slice(0, keys.indexOf('${')));
    // One construct per table: the table's name is its identity, in the template as in the catalog.
    new CfnTable(this, pascal(name), {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: database.ref,
      tableInput: {
        name,
        description: meaning,
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: partition.name, type: 'string' }],
        parameters: {
          classification: format.classification,
          'projection.enabled': 'true',
          ...Object.fromEntries(rules),
          'storage.location.template': bucket.s3UrlForObject(keys),
          ...format.tableParameters,
        },
        storageDescriptor: {
          location: bucket.s3UrlForObject(fixed),
          columns: columns.map((column) => ({ name: column.name, type: column.type, comment: column.meaning })),
          inputFormat: format.input,
          outputFormat: format.output,
          serdeInfo: { serializationLibrary: format.serde, parameters: format.serdeParameters },
        },
      },
    });
  }
}

/** The key up to and including its last slash. */
const above = (key: string) => key.slice(0, key.lastIndexOf('/') + 1);

const pascal = (name: string) =>
  name
    .split('_')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('');
