import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import {
  GetNamespaceCommand,
  GetWorkgroupCommand,
  RedshiftServerlessClient,
} from '@aws-sdk/client-redshift-serverless';
import { mockClient } from 'aws-sdk-client-mock';
import { athenaUsd, query, redshiftUsd, table } from '../../scripts/operate/query';
import { kit, listener } from './kit';

jest.mock('../../scripts/operate/pace', () => ({ pause: async () => undefined }));

const athena = mockClient(AthenaClient);
const data = mockClient(RedshiftDataClient);
const serverless = mockClient(RedshiftServerlessClient);
beforeEach(() => [athena, data, serverless].forEach((mock) => mock.reset()));

const asked = { sql: 'select 1', grant: false };

test('an answer of Athena costs 10 MB at least, one of Redshift a minute of its base capacity', () => {
  expect(athenaUsd(0)).toBeCloseTo(0.00005, 10);
  expect(athenaUsd(10e6)).toBe(athenaUsd(1));
  expect(athenaUsd(1e12)).toBe(5);
  expect(redshiftUsd(0.2, 4)).toBeCloseTo(0.025, 10);
  expect(redshiftUsd(60.1, 4)).toBeCloseTo((61 * 4 * 0.375) / 3600, 10);
});

describe('athena', () => {
  const ends = (Status: object, Statistics = {}) => {
    athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q' });
    athena
      .on(GetQueryExecutionCommand)
      .resolvesOnce({ QueryExecution: { Status: { State: 'RUNNING' } } })
      .resolves({ QueryExecution: { Status, Statistics, StatementType: 'DML' } });
  };

  test('is asked in the workgroup and the database of the kit; the names are no row', async () => {
    ends({ State: 'SUCCEEDED' }, { DataScannedInBytes: 20e6, TotalExecutionTimeInMillis: 1500 });
    const row = (...values: (string | undefined)[]) => ({ Data: values.map((VarCharValue) => ({ VarCharValue })) });
    athena
      .on(GetQueryResultsCommand)
      .resolvesOnce({
        ResultSet: {
          Rows: [row('origin', 'n'), row('EWR', '12')],
          ResultSetMetadata: {
            ColumnInfo: [
              { Name: 'origin', Type: 'varchar' },
              { Name: 'n', Type: 'bigint' },
            ],
          },
        },
        NextToken: 'more',
      })
      .resolves({
        ResultSet: {
          Rows: [row(undefined, '3')],
          ResultSetMetadata: {
            ColumnInfo: [
              { Name: 'origin', Type: 'varchar' },
              { Name: 'n', Type: 'bigint' },
            ],
          },
        },
      });
    const out = listener();
    const answer = await query(kit, { ...asked, engine: 'athena' }, out);
    expect(answer).toEqual({
      columns: ['origin', 'n'],
      rows: [
        ['EWR', '12'],
        [null, '3'],
      ],
      scannedBytes: 20e6,
      seconds: 1.5,
      usd: 0.0001,
    });
    expect(out.lines).toEqual(['2 rows, 20,000,000 bytes scanned, 1.5 s, 0.000100 USD']);
    expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toEqual({
      QueryString: 'select 1',
      WorkGroup: 'mlkit',
      QueryExecutionContext: { Database: 'mlkit' },
    });
    expect(table(answer)).toBe('origin   n\n------  --\nEWR     12\n         3');
  });

  test('stops a query above the limit, and the command says what to do', async () => {
    ends({ State: 'CANCELLED', StateChangeReason: 'Bytes scanned limit was exceeded' });
    await expect(query(kit, { ...asked, engine: 'athena' }, listener())).rejects.toThrow(
      'the query was cancelled: Bytes scanned limit was exceeded; name fewer columns or a partition, or raise dataLake.athenaScanLimitGb',
    );
  });
});

describe('redshift', () => {
  const denied = {
    Id: 's',
    Status: 'FAILED' as const,
    DbUser: 'IAMR:analyst',
    Error: 'ERROR: permission denied for database awsdatacatalog',
  };
  const done = { Id: 's', Status: 'FINISHED' as const, HasResultSet: true, Duration: 2e9 };
  beforeEach(() => {
    data.on(ExecuteStatementCommand).resolves({ Id: 's' });
    data.on(GetStatementResultCommand).resolves({
      ColumnMetadata: [{ label: 'n' }, { label: 'what' }],
      Records: [
        [{ longValue: 7 }, { stringValue: 'x' }],
        [{ isNull: true }, { booleanValue: false }],
      ],
    });
    serverless.on(GetWorkgroupCommand).resolves({ workgroup: { baseCapacity: 4 } });
  });
  const ask = (grant: boolean, out = listener()) => query(kit, { sql: 'select 1', engine: 'redshift', grant }, out);

  test('answers typed values as text, and no bytes', async () => {
    data.on(DescribeStatementCommand).resolvesOnce({ Id: 's', Status: 'STARTED' }).resolves(done);
    expect(await ask(false)).toEqual({
      columns: ['n', 'what'],
      rows: [
        ['7', 'x'],
        [null, 'false'],
      ],
      seconds: 2,
      usd: 0.025,
    });
  });

  test('says who must be granted the catalog, and grants nothing unasked', async () => {
    data.on(DescribeStatementCommand).resolves(denied);
    await expect(ask(false)).rejects.toThrow(
      'an admin grants it to IAMR:analyst once; repeat the command with --grant',
    );
    expect(data.commandCalls(ExecuteStatementCommand)).toHaveLength(1);
  });

  test('lets the admin grant it where it is told to, and asks again as the caller', async () => {
    data
      .on(DescribeStatementCommand)
      .resolvesOnce(denied)
      .resolvesOnce({ ...done, HasResultSet: false })
      .resolves(done);
    serverless.on(GetNamespaceCommand).resolves({ namespace: { adminPasswordSecretArn: 'arn:secret' } });
    expect((await ask(true)).rows).toHaveLength(2);
    const sent = data.commandCalls(ExecuteStatementCommand).map(({ args }) => args[0].input);
    expect(sent.map(({ Sql, SecretArn }) => [Sql, SecretArn])).toEqual([
      ['select 1', undefined],
      ['GRANT USAGE ON DATABASE awsdatacatalog TO "IAMR:analyst"', 'arn:secret'],
      ['select 1', undefined],
    ]);
  });

  test('without an admin the command names the knob', async () => {
    data.on(DescribeStatementCommand).resolves(denied);
    serverless.on(GetNamespaceCommand).resolves({ namespace: {} });
    await expect(ask(true)).rejects.toThrow('{"warehouse":{"adminSecret":true}}');
  });
});
