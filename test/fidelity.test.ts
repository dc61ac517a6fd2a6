/** docs/fidelity.md names a test for every fault that it lists, and that test exists. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import unknowns from '../engine/unknowns.json';

const root = join(__dirname, '..');
const COLUMNS = ['Finding', 'Source', 'Cure in the kit', 'Check', 'Mutation', 'Seen on AWS'];

const cells = (line: string) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
const tables = readFileSync(join(root, 'docs/fidelity.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|[ -]+\|/.test(line))
  .map(cells);
const rows = tables.filter((row) => row.length === COLUMNS.length && row[0] !== COLUMNS[0]);

/** `file`: "title", one or several in a cell. */
const named = (mutation: string) =>
  [...mutation.matchAll(/`([^`]+)`: "([^"]+)"/g)].map(([, file = '', title = '']) => [file, title] as const);

test.each(rows.map(([finding = '', , , , mutation = '']) => [finding, mutation] as const))(
  '%s: its mutation is a test',
  (_, mutation) => {
    const tests = named(mutation);
    expect(tests).not.toEqual([]);
    const missing = tests.filter(
      ([file, title]) => !existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(title),
    );
    expect(missing).toEqual([]);
  },
);

test('every row says where the finding comes from, how it is mended and what checks it', () => {
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter((row) => row.slice(0, 5).some((cell) => !cell))).toEqual([]);
});

test('every undocumented answer has its switch, and every switch its row', () => {
  const switches = tables
    .filter((row) => row.length === 5 && row[1] !== 'Switch')
    .map(([, name, answers]) => [name, answers]);
  expect(switches).toEqual(
    Object.entries(unknowns).map(([name, { answers }]) => [
      `\`${name}\``,
      answers.map((each) => `\`${each}\``).join(', '),
    ]),
  );
});
