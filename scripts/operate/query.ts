/** Runs a SQL query on the lake, and prints the answer with its cost. */
import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  type QueryExecution,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import {
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  ExecuteStatementCommand,
  type Field,
  paginateGetStatementResult,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import {
  GetNamespaceCommand,
  GetWorkgroupCommand,
  RedshiftServerlessClient,
} from '@aws-sdk/client-redshift-serverless';
import { databaseName } from '../../lib/data-lake/room';
import { WAREHOUSE_DATABASE, warehouse } from '../../lib/warehouse/room';
import { priceList } from '../account/facts';
import type { DeployedKit } from './deployed-kit';
import type { Out } from '../shared/out';
import { pause } from './pace';

export type Engine = 'athena' | 'redshift';

interface Answer {
  columns: string[];
  /** Values as the service returns them; null for missing ones. */
  rows: (string | null)[][];
  /** Bytes that Athena read; Redshift's Data API does not report or bill them. */
  scannedBytes?: number;
  seconds: number;
  /** List price, free tier and credits ignored. */
  usd: number;
}

const PAUSE_MS = 500;

/** @throws Error with the service's reason and a remedy */
export async function query(
  kit: DeployedKit,
  { sql, engine, grant }: { sql: string; engine: Engine; grant: boolean },
  out: Out,
): Promise<Answer> {
  const answer = engine === 'athena' ? await askAthena(kit, sql) : await askRedshift(kit, sql, grant, out);
  const { rows, scannedBytes, seconds, usd } = answer;
  const read = scannedBytes === undefined ? '' : `${scannedBytes.toLocaleString('en')} bytes scanned, `;
  out.line(`${rows.length} row${rows.length === 1 ? '' : 's'}, ${read}${seconds.toFixed(1)} s, ${usd.toFixed(6)} USD`);
  return answer;
}

/** Athena's price of a scan: at least 10 MB. Decimal units make the figure slightly too high. */
export const athenaUsd = (bytes: number): number =>
  (Math.max(bytes, 10e6) / 1e12) * priceList.prices['athena:scanned']!.usd;

/** Redshift's price of a query that runs alone at this base capacity: at least a minute; more when it scales. */
export const redshiftUsd = (seconds: number, rpu: number): number =>
  ((Math.max(Math.ceil(seconds), 60) * rpu) / 3600) * priceList.prices['redshift-serverless:rpu']!.usd;

async function askAthena({ aws, name }: DeployedKit, sql: string): Promise<Answer> {
  const client = new AthenaClient(aws);
  const QueryExecutionContext = { Database: databaseName(name) };
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({ QueryString: sql, WorkGroup: name, QueryExecutionContext }),
  );
  let execution: QueryExecution | undefined;
  do {
    await pause(client, PAUSE_MS);
    execution = (await client.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution;
  } while (['QUEUED', 'RUNNING'].includes(execution!.Status!.State!));
  const { State, StateChangeReason: reason } = execution!.Status!;
  if (State !== 'SUCCEEDED') {
    const cure = /Bytes scanned limit/.test(reason ?? '')
      ? '; name fewer columns or a partition, or raise dataLake.athenaScanLimitGb'
      : '';
    throw new Error(`the query was ${State!.toLowerCase()}: ${reason}${cure}`);
  }
  const rows: (string | null)[][] = [];
  let columns: string[] = [];
  for await (const { ResultSet } of paginateGetQueryResults({ client }, { QueryExecutionId })) {
    columns = ResultSet!.ResultSetMetadata!.ColumnInfo!.map(({ Name }) => Name!);
    rows.push(...ResultSet!.Rows!.map(({ Data }) => Data!.map(({ VarCharValue }) => VarCharValue ?? null)));
  }
  // The first row of a SELECT repeats the column names.
  if (execution!.StatementType === 'DML') rows.shift();
  const { DataScannedInBytes: scannedBytes = 0, TotalExecutionTimeInMillis: took = 0 } = execution!.Statistics!;
  return { columns, rows, scannedBytes, seconds: took / 1000, usd: athenaUsd(scannedBytes) };
}

async function askRedshift(kit: DeployedKit, sql: string, grant: boolean, out: Out): Promise<Answer> {
  const client = new RedshiftDataClient(kit.aws);
  const workgroupName = kit.output('warehouse', warehouse.outputs.workgroup);
  const run = (text: string, SecretArn?: string) =>
    statement(client, { Sql: text, WorkgroupName: workgroupName, SecretArn });
  let ended = await run(sql);
  if (/permission denied for database awsdatacatalog/.test(ended.Error ?? '')) {
    if (!grant)
      throw new Error(`${ended.Error}: an admin grants it to ${ended.DbUser} once; repeat the command with --grant`);
    const granted = await run(`GRANT USAGE ON DATABASE awsdatacatalog TO "${ended.DbUser}"`, await adminSecret(kit));
    if (granted.Status !== 'FINISHED') throw new Error(`the grant failed: ${granted.Error}`);
    out.line(`granted awsdatacatalog to ${ended.DbUser}`);
    ended = await run(sql);
  }
  if (ended.Status !== 'FINISHED') throw new Error(`the query has ${ended.Status!.toLowerCase()}: ${ended.Error}`);
  const { workgroup } = await new RedshiftServerlessClient(kit.aws).send(new GetWorkgroupCommand({ workgroupName }));
  const seconds = ended.Duration! / 1e9;
  const usd = redshiftUsd(seconds, workgroup!.baseCapacity!);
  const rows: (string | null)[][] = [];
  let columns: string[] = [];
  if (ended.HasResultSet === true)
    for await (const page of paginateGetStatementResult({ client }, { Id: ended.Id })) {
      columns = page.ColumnMetadata!.map(({ label }) => label!);
      rows.push(...page.Records!.map((record) => record.map(text)));
    }
  return { columns, rows, seconds, usd };
}

async function statement(
  client: RedshiftDataClient,
  given: { Sql: string; WorkgroupName: string; SecretArn?: string },
): Promise<DescribeStatementCommandOutput> {
  const { Id } = await client.send(new ExecuteStatementCommand({ ...given, Database: WAREHOUSE_DATABASE }));
  for (;;) {
    await pause(client, PAUSE_MS);
    const described = await client.send(new DescribeStatementCommand({ Id }));
    if (['FINISHED', 'FAILED', 'ABORTED'].includes(described.Status!)) return described;
  }
}

/** @throws Error when the namespace has no admin */
async function adminSecret(kit: DeployedKit): Promise<string> {
  const namespaceName = kit.output('warehouse', warehouse.outputs.namespace);
  const { namespace } = await new RedshiftServerlessClient(kit.aws).send(new GetNamespaceCommand({ namespaceName }));
  if (namespace?.adminPasswordSecretArn !== undefined) return namespace.adminPasswordSecretArn;
  throw new Error(
    `namespace ${namespaceName} has no admin who could grant: deploy it with '{"warehouse":{"adminSecret":true}}' (0.40 USD per month; the grant stays when the secret is removed)`,
  );
}

function text(field: Field): string | null {
  if ('isNull' in field && field.isNull === true) return null;
  return String(Object.values(field).find((value) => value !== undefined));
}

/** The rows under their columns, numbers right-aligned. */
export function table({ columns, rows }: Pick<Answer, 'columns' | 'rows'>): string {
  const width = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? '').length)));
  const numeric = columns.map((_, i) =>
    rows.every((row) => row[i] === null || /^-?[\d.]+(e[+-]?\d+)?$/i.test(row[i]!)),
  );
  const line = (cells: readonly (string | null)[]) =>
    cells.map((cell, i) => (numeric[i] ? (cell ?? '').padStart(width[i]!) : (cell ?? '').padEnd(width[i]!))).join('  ');
  return [line(columns), width.map((count) => '-'.repeat(count)).join('  '), ...rows.map(line)]
    .map((text) => text.trimEnd())
    .join('\n');
}
