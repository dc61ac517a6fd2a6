/** Labels of the flights, in AWS's ground-truth format. */
import dataset from '#dataset';
import { fill, layout } from '../../lib/shared/names';
import { columnIndex } from '../../scripts/data/tables';

const column = Object.fromEntries(
  ['carrier', 'flight', 'origin', 'minute', 'time_hour', 'arr_delay'].map((name) => [
    name,
    columnIndex('flights', name),
  ]),
) as Record<'carrier' | 'flight' | 'origin' | 'minute' | 'time_hour' | 'arr_delay', number>;

/** `UA-1545-EWR-20130101T1015`: what predictions and labels are joined by. */
export function flightKey(row: string): string {
  const field = row.split(',');
  const hour = field[column.time_hour]!.slice(0, 13).replaceAll('-', '');
  return `${field[column.carrier]}-${field[column.flight]}-${field[column.origin]}-${hour}${field[column.minute]!.padStart(2, '0')}`;
}

/** One line of ground truth; undefined for a cancelled or diverted flight, which never gets a label. */
export function groundTruth(row: string): string | undefined {
  const delay = row.split(',')[column.arr_delay]!;
  if (delay === '') return undefined;
  const late = Number(delay) >= dataset.labels.parameters.lateMinutes ? 1 : 0;
  return JSON.stringify({
    groundTruthData: { data: `${late},${Number(delay).toFixed(1)}`, encoding: 'CSV' },
    eventMetadata: { eventId: flightKey(row) },
    eventVersion: '0',
  });
}

/** Key and body of the file that a day of collection brings; `flights` are those that left the label delay before it. */
export function groundTruthFile(
  collectionDay: string,
  flights: readonly string[],
): { key: string; body: string; labels: number } {
  const lines = flights.map(groundTruth).filter((line) => line !== undefined);
  const [yyyy, mm, dd] = collectionDay.split('-') as [string, string, string];
  return {
    key: fill(layout.raw.groundTruth, { yyyy, mm, dd }),
    body: lines.map((line) => `${line}\n`).join(''),
    labels: lines.length,
  };
}
