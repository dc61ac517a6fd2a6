/** Raw tables as text: sliced by UTC month, written in the kit's form. */
import { createHash } from 'node:crypto';
import dataset from '#dataset';
import { placeOf } from '../../lib/shared/dataset';
import { fill, layout } from '../../lib/shared/names';

export const tableNames = Object.keys(dataset.raw) as TableName[];
export type TableName = keyof typeof dataset.raw;

export interface Table {
  header: string;
  rows: string[];
}

/** What announces landed partitions to Prepare; docs/contracts.md has all of it. */
export interface Manifest {
  partitions: string[];
  source: 'files' | 'stream';
  files: ManifestFile[];
}

export interface ManifestFile {
  partition: string;
  table: TableName;
  key: string;
  bytes: number;
  rows: number;
  /** Hexadecimal. */
  sha256: string;
}

/**
 * The lines of a CSV file, with R's `NA` written as the empty field that the kit reads as missing.
 * @throws Error when the columns are not those of schema/dataset.json, or when a field is quoted: then a comma may be data
 */
export function readTable(name: TableName, text: string): Table {
  if (text.includes('"')) throw new Error(`${name}.csv has quoted fields, which this loader does not read`);
  const [header, ...rows] = text
    .replaceAll('\r', '')
    .trimEnd()
    .replace(/(?<=[,\n])NA(?=[,\n]|$)/g, '')
    .split('\n');
  const expected = dataset.raw[name].columns.map((column) => column.name).join(',');
  if (header !== expected)
    throw new Error(`${name}.csv has the columns ${header}; schema/dataset.json expects ${expected}`);
  return { header: expected, rows };
}

/** Position of a column in a table's rows. */
export function columnIndex(name: TableName, column: string): number {
  const index = dataset.raw[name].columns.findIndex((candidate) => candidate.name === column);
  if (index < 0) throw new Error(`schema/dataset.json has no column ${column} in the raw table ${name}`);
  return index;
}

/** Rows by UTC month or day of the table's time column; a table without one is a reference table and comes whole with every month. */
export function byTime(
  name: TableName,
  rows: readonly string[],
  unit: 'month' | 'day',
): Map<string, string[]> | undefined {
  const time = dataset.raw[name].columns.findIndex((column) => column.type === 'timestamp');
  if (time < 0) return undefined;
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const key = row.split(',')[time]!.slice(0, unit === 'month' ? 7 : 10);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** The files of a month as they land, each with its entry in the manifest. */
export function monthFiles(
  month: string,
  tables: ReadonlyMap<TableName, Table>,
): { entry: ManifestFile; body: Buffer }[] {
  return [...tables].map(([table, { header, rows }]) => {
    const body = Buffer.from(`${[header, ...rows].join('\n')}\n`);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const key = fill(layout.raw.tables, { table, ...placeOf(month) });
    return { entry: { partition: month, table, key, bytes: body.length, rows: rows.length, sha256 }, body };
  });
}
