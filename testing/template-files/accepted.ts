/** `accepted.md`: the table in which people accept losses of data and wider grants. */
import { NEED_A_ROW, type Report } from './compare';

export const ACCEPTED = 'accepted.md';

interface Line {
  stack: string;
  resources: string[];
  what: string;
}

/** @param earlier the file where the branch began: a row accepts one change, not every later one of the resource */
export function unaccepted(report: Report, now: string | undefined, earlier: string | undefined): Report {
  const old = new Set(rows(earlier ?? ''));
  const lines = rows(now ?? '')
    .filter((row) => !old.has(row))
    .map(read);
  return report.filter(
    ({ kind, stack, resource }) =>
      NEED_A_ROW.includes(kind) &&
      !lines.some((line) => line.what === kind && line.stack === stack && line.resources.includes(resource)),
  );
}

/** Rows of the table below its heading. */
const rows = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('|'))
    .slice(2);

/** @throws Error for a row that accepts nothing, naming the wrong cell */
function read(row: string): Line {
  const [date = '', stack = '', resources = '', what = '', why = ''] = row
    .slice(1)
    .split('|')
    .map((cell) => cell.trim().replaceAll('`', ''));
  const wrong = !/^\d{4}-\d{2}-\d{2}$/.test(date)
    ? `the date must be a day such as 2026-11-26; received "${date}"`
    : !NEED_A_ROW.includes(what)
      ? `what must be one of ${NEED_A_ROW.join(', ')}; received "${what}"`
      : why === '' || why === WHY
        ? 'the reason is missing'
        : undefined;
  if (wrong !== undefined) throw new Error(`${ACCEPTED}: ${wrong}, in the row ${row}`);
  return { stack, resources: resources.split(',').map((each) => each.trim()), what };
}

const WHY = 'why';

/** The rows that would accept the open findings, one for each stack and kind. */
export function rowsFor(open: Report): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { kind, stack, resource } of open) {
    const key = `${stack}|${kind}`;
    groups.set(key, (groups.get(key) ?? new Set()).add(resource));
  }
  return [...groups].map(([key, resources]) => {
    const [stack, kind] = key.split('|');
    return `| YYYY-MM-DD | ${stack} | ${[...resources].join(', ')} | ${kind} | ${WHY} |`;
  });
}
