import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { asked, stream } from '../../../scripts/labs/draw';
import { choose, play } from '../../../scripts/labs/quiz';
import { questions } from '../../../scripts/labs/questions';

const all = questions();
const ROOT = join(__dirname, '../../..');

async function played(lines: string[], ways: { minutes?: number; again?: boolean } = {}, about = '8') {
  const said: string[] = [];
  async function* typed() {
    yield* lines;
  }
  const chosen = choose(all, about, 7);
  const result = await play(chosen, typed(), { say: (text) => said.push(text), again: false, ...ways });
  return { said: said.join('\n'), result, chosen };
}
const keys = (about = '8') => choose(all, about, 7).map(({ key }) => key);

test('a lab, a task and a mock are chosen, and a seed chooses the same again', () => {
  expect(choose(all, '8', 1).every(({ one }) => one.lab === 8)).toBe(true);
  expect(choose(all, '2.3', 1).every(({ one }) => one.tasks.includes('2.3'))).toBe(true);
  const texts = (seed: number) => choose(all, undefined, seed).map(({ one }) => one.text);
  expect(texts(1)).toHaveLength(65);
  expect(new Set(texts(1)).size).toBe(65);
  expect(texts(1)).toEqual(texts(1));
  expect(texts(1)).not.toEqual(texts(2));
});

test('what no question is about is refused with what there is', () => {
  expect(() => choose(all, '99', 1)).toThrow(
    /no question is about "99": choose a lab \(0, 1.*21\) or a task \(1\.1.*4\.3\)/,
  );
});

test('right answers are counted by domain', async () => {
  const { result, said } = await played(keys());
  expect(result.right).toBe(result.of);
  expect(said).toContain(`${result.of} of ${result.of} right.`);
  expect(said).toContain('  Data preparation for machine learning: ');
});

test('whoever ends early reads how many were answered', async () => {
  const { said } = await played(keys().slice(0, 2));
  expect(said).toContain(`\n2 of ${keys().length} answered, 2 of ${keys().length} right.`);
});

test('an answer is judged at once, with reason and source', async () => {
  const { chosen, said, result } = await played(['?']);
  expect(result.right).toBe(0);
  expect(said).toContain(`Not right. Right: ${chosen[0]!.key[0]}. `);
  expect(said).toContain(`\n${chosen[0]!.one.why}\nSource: ${chosen[0]!.one.sources[0]}`);
});

test('in an exam the answers come at the end, and for what was missed only', async () => {
  const [first, ...others] = keys();
  const { chosen, said } = await played(['?', ...others], { minutes: 5 });
  expect(first).toBeDefined();
  const end = said.slice(said.indexOf(' right.\n'));
  expect(said.slice(0, said.indexOf(' right.\n'))).not.toContain('Source: ');
  expect(end.match(/Source: /g)).toHaveLength(1);
  expect(end).toContain(chosen[0]!.one.why);
});

test('when time is over the rest counts as not answered', async () => {
  const never: AsyncIterator<string> = { next: () => new Promise(() => undefined) };
  const chosen = choose(all, '8', 7);
  const result = await play(chosen, never, { say: () => undefined, minutes: 0.0001, again: true });
  expect(result).toMatchObject({ right: 0, of: chosen.length });
});

test('a person is asked again, a pipe is not', async () => {
  const [first, ...others] = keys();
  expect((await played(['nonsense', first!, ...others], { again: true })).result.right).toBe(keys().length);
  expect((await played(['nonsense', ...others])).result.right).toBe(keys().length - 1);
});

test('one question shows its prompts and its letters', async () => {
  const matching = all.find((one) => 'match' in one)!;
  const said: string[] = [];
  async function* nothing(): AsyncGenerator<string> {}
  await play([asked(matching, stream(1))], nothing(), { say: (text) => said.push(text), again: false });
  expect(said[0]).toMatch(/^\n1\. .*\n {3}1\. .*\n {3}2\. .*\n {3}3\. .*\n {3}A\. .*\n {3}B\. .*\n {3}C\. .*\nMatch: /);
});

function cli(args: string[], input: string) {
  return spawnSync(join(ROOT, 'node_modules/.bin/ts-node'), ['scripts/cli.ts', 'quiz', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    input,
  });
}

test('the command asks without a terminal: answers are lines of standard input', () => {
  const { status, stdout } = cli(['8', '--seed', '7'], `${keys().join('\n')}\n`);
  expect({ status, last: /(\d+) of \1 right/.test(stdout) }).toEqual({ status: 0, last: true });
});

test('the command prints the key and asks nothing with --answers, and refuses with exit code 2', () => {
  const { status, stdout } = cli(['8', '--seed', '7', '--answers'], '');
  expect(status).toBe(0);
  expect(
    [...stdout.matchAll(/^Right: (.*)$/gm)].map(([, right]) => right!.replaceAll(/([A-G])\. [^;]*(?:; )?/g, '$1')),
  ).toEqual(keys());
  expect(cli(['5.5'], '')).toMatchObject({ status: 2, stderr: expect.stringContaining('no question is about "5.5"') });
});
