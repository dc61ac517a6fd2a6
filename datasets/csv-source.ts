/** Raw tables in a folder of CSV files, one `<table>.csv` each, cut into partitions by the time columns of the dataset file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { eventsTable } from '../lib/shared/dataset';
import type { Dataset, RawTable } from '../lib/shared/dataset-file';
import type { DataSource, Label, LabelRule, Labels, Row, Table } from './data-source';
import { deliverable, soundRow, TIME } from './row-rules';

/** Lines by UTC day; a table without a time column has all lines under the empty key. */
type Days = ReadonlyMap<string, string[]>;

export class CsvSource implements DataSource {
  readonly remarks: string[] = [];
  private readonly days: ReadonlyMap<string, { header: string; days: Days }>;
  private readonly events: string;

  /**
   * @param bring remedy that the message about a missing file names
   * @throws Error when a file is missing or does not match the dataset file
   */
  constructor(
    private readonly dataset: Dataset,
    private readonly rule: LabelRule,
    folder: string,
    bring: string,
  ) {
    this.events = eventsTable(dataset);
    this.days = new Map(
      Object.entries(dataset.raw).map(([name, table]) => {
        const file = join(folder, `${name}.csv`);
        if (!existsSync(file)) throw new Error(`${file} is missing: ${bring}`);
        const read = readTable(readFileSync(file, 'utf8'), file, table, dataset.missing);
        return [name, { header: read.header, days: this.byDay(name, table, read) }];
      }),
    );
  }

  holds(partition: string): boolean {
    return [...this.days.get(this.events)!.days.keys()].some((day) => day.startsWith(partition));
  }

  tables(partition: string): ReadonlyMap<string, Table> {
    const present = [...this.days.get(this.events)!.days.keys()].sort();
    if (!this.holds(partition)) {
      const held = present.length === 0 ? 'no event with a time' : `${present.at(0)} to ${present.at(-1)}`;
      throw new Error(`there are no events in ${partition}: the data holds ${held}`);
    }
    return new Map(
      [...this.days].map(([name, { header, days }]) => [
        name,
        { header, rows: [...days].flatMap(([day, rows]) => (day === '' || day.startsWith(partition) ? rows : [])) },
      ]),
    );
  }

  labels(day: string): Labels {
    const labels: Label[] = [];
    const refused: string[] = [];
    const { header, days } = this.days.get(this.events)!;
    for (const line of days.get(day) ?? []) {
      try {
        const row = soundRow(this.dataset.raw[this.events]!, rowOf(header, line));
        const values = this.rule.values(row);
        if (values !== undefined) labels.push(deliverable(this.dataset, { id: this.rule.id(row), values }));
      } catch (error) {
        refused.push(`${(error as Error).message}: ${line.slice(0, 200)}`);
      }
    }
    return { labels, refused };
  }

  private byDay(name: string, { time }: RawTable, { rows, times }: ReadTable): Days {
    if (time === undefined) return new Map([['', rows]]);
    const days = new Map<string, string[]>();
    const undated: string[] = [];
    for (const [place, row] of rows.entries()) {
      const value = times[place]!;
      if (!TIME.test(value)) {
        undated.push(`"${value}"`);
        continue;
      }
      const known = days.get(value.slice(0, 10));
      if (known === undefined) days.set(value.slice(0, 10), [row]);
      else known.push(row);
    }
    if (undated.length > 0)
      this.remarks.push(
        `${undated.length} of ${rows.length} rows of ${name}.csv belong to no ${this.dataset.partition} and are not loaded: ` +
          `${time} must be YYYY-MM-DDTHH:MM:SSZ, but is ${[...new Set(undated)].slice(0, 5).join(', ')}`,
      );
    return days;
  }
}

interface ReadTable extends Table {
  readonly rows: string[];
  /** The time of each row as written; empty for a table without a time column. */
  readonly times: readonly string[];
}

/**
 * The lines of a CSV file in normal form: fields quoted only when necessary, words for "missing" emptied, line breaks in fields replaced by
 * a space. A column whose own pattern accepts such a word keeps it as a code.
 * @throws Error naming file, line and fault
 */
export function readTable(
  content: string,
  file: string,
  { columns, time }: RawTable,
  missing: readonly string[] = [],
): ReadTable {
  const text = content.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const broken = text.indexOf('\uFFFD');
  if (broken !== -1)
    throw new Error(
      `${file} line ${text.slice(0, broken).split('\n').length} is not UTF-8: ${JSON.stringify(text.slice(Math.max(0, broken - 20), broken + 20))}: save the file as UTF-8`,
    );
  const emptied = columns.map(({ pattern }) =>
    missing.filter((word) => pattern === undefined || !new RegExp(pattern).test(word)),
  );
  const names = columns.map(({ name }) => name);
  const header = names.join(',');
  const timeAt = names.findIndex((name) => name === time);
  const [rows, times]: [string[], string[]] = [[], []];
  let first: string[] | undefined;
  for (const { fields, line } of recordsOf(text, file)) {
    if (first === undefined) {
      first = fields;
      const place = Array.from({ length: Math.max(names.length, first.length) }, (_, at) => at).find(
        (at) => names[at] !== fields[at],
      );
      if (place !== undefined) throw new Error(otherHeader(file, place, names, fields));
      continue;
    }
    if (fields.length !== columns.length)
      throw new Error(
        `${file} line ${line} has ${fields.length} fields, the header ${columns.length}: correct or remove it: ${fields.join(',').slice(0, 120)}`,
      );
    const cells = fields.map((field, place) => {
      // Spark and Athena end a row at a line break even inside quotes.
      const value = field.replace(/\s*\n\s*/g, ' ');
      return emptied[place]!.includes(value) ? '' : value;
    });
    rows.push(csvLine(cells));
    if (timeAt !== -1) times.push(cells[timeAt]!);
  }
  if (first === undefined) throw new Error(`${file} is empty: its first line must be ${header}`);
  return { header, rows, times };
}

/** Names the first column that differs, so that nobody has to compare two long lines. */
function otherHeader(file: string, place: number, names: readonly string[], found: readonly string[]): string {
  const [is, must] = [found[place], names[place]].map((name) => (name === undefined ? 'absent' : JSON.stringify(name)));
  const hint = found.length === 1 ? '. Fields are separated by commas, the text is UTF-8' : '';
  return (
    `${file} line 1 is not the header that dataset.json declares: column ${place + 1} is ${is} and must be ${must}${hint}. ` +
    `It must be ${names.join(',')}`
  );
}

/** Records with their line numbers; blank lines are skipped. */
function* recordsOf(text: string, file: string): Generator<{ fields: string[]; line: number }> {
  if (text.includes('"')) {
    let records: { record: string[]; info: { lines: number } }[];
    try {
      records = parse(text, {
        info: true,
        relax_column_count: true,
        skip_empty_lines: true,
      }) as unknown as typeof records;
    } catch (error) {
      throw new Error(`${file} is no CSV: ${(error as Error).message}`, { cause: error });
    }
    for (const { record, info } of records) yield { fields: record, line: info.lines };
    return;
  }
  // Every line of an unquoted file is a record; the parser would take three seconds for 336,776 of them.
  for (const [place, line] of text.split('\n').entries())
    if (line !== '') yield { fields: line.split(','), line: place + 1 };
}

const csvLine = (fields: readonly string[]) =>
  fields.map((value) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');

const fieldsOf = (line: string): string[] => (line.includes('"') ? (parse(line) as string[][])[0]! : line.split(','));

/** Converts a line to values by column of its header. */
export function rowOf(header: string, line: string): Row {
  const fields = fieldsOf(line);
  return Object.fromEntries(header.split(',').map((name, place) => [name, fields[place]!]));
}
