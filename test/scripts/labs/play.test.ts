import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Block, Command, Lab, State } from '../../../scripts/labs/lab';
import { edit, type Ground, play } from '../../../scripts/labs/play';

const command = (text: string, ...expected: string[]): Command => ({ text, expected, line: 7 });
const blocks = (kind: 'console' | 'break-it' | 'your-turn', ...commands: Command[]): Block => ({
  kind,
  commands,
  line: 6,
});
const lab = (...all: Block[]) => ({ file: 'docs/labs/03-a.md', number: 3, blocks: all }) as Partial<Lab> as Lab;
const state: State = { name: 'serving', check: [command('status', 'version 1')], seed: [], seedOnAws: [] };

/** A shell that prints what is said here; a text that begins with ! also fails. */
function ground(printed: Record<string, string>): Ground & { typed: string[] } {
  const typed: string[] = [];
  let solved = false;
  return {
    folder: tmpdir(),
    typed,
    async type({ text }) {
      typed.push(text);
      const said = (solved ? printed[`${text} solved`] : undefined) ?? printed[text] ?? '';
      return { printed: said.replace(/^!/, ''), code: said.startsWith('!') ? 1 : 0 };
    },
    async solve(_, undo = false) {
      solved = !undo;
    },
  };
}

const open = { status: 'version 1', check: 'open', 'check solved': 'done' };
const turn = blocks('your-turn', command('check', 'done'));

test('a lab is played in its order, its task open, then solved', async () => {
  const place = ground({ ...open, load: '3 rows', bad: '!refused: why' });
  await play(
    lab(blocks('console', command('load', '{int} rows')), blocks('break-it', command('bad', 'refused: why')), turn),
    state,
    place,
  );
  expect(place.typed).toEqual(['status', 'load', 'bad', 'check', 'check']);
});

test.each([
  [
    'a wrong number',
    [blocks('console', command('load', '4 rows'))],
    { load: '3 rows' },
    'docs/labs/03-a.md:7: load\n  expected  4 rows\n  found     3 rows',
  ],
  [
    'a command that fails',
    [blocks('console', command('load', '3 rows'))],
    { load: '!3 rows' },
    'ended with exit code 1, and should not',
  ],
  [
    'something broken that does not fail',
    [blocks('break-it', command('bad', 'why'))],
    { bad: 'why' },
    'ended with exit code 0, and should fail',
  ],
  [
    'something broken that fails of something else',
    [blocks('break-it', command('bad', 'why'))],
    { bad: '!another' },
    'expected  why\n  found     another',
  ],
  ['another state', [], { status: 'version 2' }, 'the account is not as the lab begins (serving)'],
  ['a task that is done before', [], { check: 'done' }, 'its check must fail on the untouched state'],
  ['a solution that solves nothing', [], { 'check solved': 'open' }, 'the solution does not pass the check'],
])('%s turns a lab red', async (_, before, printed, why) => {
  await expect(play(lab(...before, turn), state, ground({ ...open, ...printed }))).rejects.toThrow(why);
});

test('an edit replaces its lines, and is refused where they do not stand once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'));
  const made = { kind: 'edit', path: 'a.ts', before: 'one\n', after: '$& two\n', line: 3 } as const;
  writeFileSync(join(folder, 'a.ts'), 'zero\none\n');
  edit(folder, 'l.md', made);
  expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toBe('zero\n$& two\n');
  expect(() => edit(folder, 'l.md', made)).toThrow('l.md:3: a.ts has the lines to be changed 0 times');
  rmSync(folder, { recursive: true });
});
