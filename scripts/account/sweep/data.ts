/** Kinds that hold or move data. */
import { AthenaClient, paginateListWorkGroups } from '@aws-sdk/client-athena';
import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { FirehoseClient, ListDeliveryStreamsCommand } from '@aws-sdk/client-firehose';
import { GlueClient, paginateGetDatabases, paginateGetJobs, paginateGetTables } from '@aws-sdk/client-glue';
import { paginateListBuckets, S3Client } from '@aws-sdk/client-s3';
import { all, type Kind, things } from './kind';
import { stackOwns } from './owner';

const generated = (kit: string, { name }: { name: string }) => stackOwns(kit, name);
/** As the catalog spells the kit. */
const database = (kit: string) => kit.replaceAll('-', '_');

export const dataKinds: readonly Kind[] = [
  {
    kind: 'S3 bucket',
    arn: ['s3', ''],
    list: async (aws) =>
      things(
        (await all(paginateListBuckets({ client: new S3Client(aws) }, {}), (page) => page.Buckets)).map((b) => b.Name),
      ),
    named: generated,
    // Versions keep a bucket from being deleted.
    remove: ({ name }) => `aws s3 rb --force s3://${name} (a versioned one is emptied in the console first)`,
  },
  {
    kind: 'DynamoDB table',
    arn: ['dynamodb', 'table/'],
    list: async (aws) =>
      things(await all(paginateListTables({ client: new DynamoDBClient(aws) }, {}), (page) => page.TableNames)),
    named: generated,
    remove: ({ name }) => `aws dynamodb delete-table --table-name ${name}`,
  },
  {
    kind: 'Firehose stream',
    arn: ['firehose', 'deliverystream/'],
    list: async (aws) => {
      const client = new FirehoseClient(aws);
      const found: string[] = [];
      for (let more: boolean | undefined = true; more;) {
        const page: { DeliveryStreamNames?: string[]; HasMoreDeliveryStreams?: boolean } = await client.send(
          new ListDeliveryStreamsCommand({ ExclusiveStartDeliveryStreamName: found.at(-1) }),
        );
        found.push(...(page.DeliveryStreamNames ?? []));
        more = page.HasMoreDeliveryStreams;
      }
      return things(found);
    },
    named: generated,
    remove: ({ name }) => `aws firehose delete-delivery-stream --delivery-stream-name ${name}`,
  },
  {
    kind: 'Glue database',
    list: async (aws) =>
      things(
        (await all(paginateGetDatabases({ client: new GlueClient(aws) }, {}), (page) => page.DatabaseList)).map(
          (d) => d.Name,
        ),
      ),
    named: (kit, { name }) => name === database(kit),
    remove: ({ name }) => `aws glue delete-database --name ${name}`,
  },
  {
    kind: 'Glue table',
    list: async (aws, kit) => {
      const client = new GlueClient(aws);
      const DatabaseName = database(kit);
      const databases = await all(paginateGetDatabases({ client }, {}), (page) => page.DatabaseList);
      if (!databases.some(({ Name }) => Name === DatabaseName)) return [];
      return things(
        (await all(paginateGetTables({ client }, { DatabaseName }), (page) => page.TableList)).map(
          (t) => `${DatabaseName}.${t.Name}`,
        ),
      );
    },
    named: (kit, { name }) => name.startsWith(`${database(kit)}.`),
    remove: ({ name }) => `aws glue delete-table --database-name ${name.split('.')[0]} --name ${name.split('.')[1]}`,
  },
  {
    kind: 'Glue job',
    arn: ['glue', 'job/'],
    list: async (aws) =>
      things((await all(paginateGetJobs({ client: new GlueClient(aws) }, {}), (page) => page.Jobs)).map((j) => j.Name)),
    named: generated,
    remove: ({ name }) => `aws glue delete-job --job-name ${name}`,
  },
  {
    kind: 'Athena workgroup',
    arn: ['athena', 'workgroup/'],
    list: async (aws) =>
      things(
        (await all(paginateListWorkGroups({ client: new AthenaClient(aws) }, {}), (page) => page.WorkGroups)).map(
          (w) => w.Name,
        ),
      ),
    named: (kit, { name }) => name === kit,
    remove: ({ name }) => `aws athena delete-work-group --recursive-delete-option --work-group ${name}`,
  },
];
