import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { test as runTests } from '../../scripts/bootstrap/test-runner.mjs';

const STEPS = [
  { name: 'lint', cores: 1, commands: [['eslint']] },
  { name: 'jest', cores: 2, commands: [['jest']] },
  { name: 'ruff', cores: 1, commands: [['ruff-check'], ['ruff-format']] },
  { name: 'mypy', cores: 1, commands: [['mypy']] },
];

/** Runs the steps; `behave` says what a command prints and how it ends. */
async function run(args, behave = () => 0) {
  let printed = '';
  const started = [];
  const running = new Set();
  const together = [];
  const start = async ([command], onOutput) => {
    started.push(command);
    running.add(command);
    together.push([...running].sort().join(' '));
    onOutput(`${command} one\n`);
    await turn();
    onOutput(`${command} two\n`);
    running.delete(command);
    return behave(command);
  };
  const code = await runTests(args, start, STEPS, { write: (text) => (printed += text) });
  return { code, started, together, printed, last: printed.trimEnd().split('\n').at(-1) };
}

test('all steps pass', async () => {
  const { code, last, started } = await run([]);
  assert.deepEqual(started.toSorted(), ['eslint', 'jest', 'mypy', 'ruff-check', 'ruff-format']);
  assert.equal(code, 0);
  assert.equal(last, '4 passed, 0 failed');
});

test('a failure keeps no other step from running, and the end names it with the command that runs it alone', async () => {
  const { code, started, printed } = await run([], (command) => (['eslint', 'ruff-check'].includes(command) ? 2 : 0));
  assert.deepEqual(started.toSorted(), ['eslint', 'jest', 'mypy', 'ruff-check']);
  assert.equal(code, 1);
  const end = 'Failed; each alone:\n  npm test -- --only lint\n  npm test -- --only ruff\n\n2 passed, 2 failed\n';
  assert.ok(printed.endsWith(end), printed);
});

test('a command that cannot be started is a failure with its reason', async () => {
  const { code, printed, last } = await run([], (command) => {
    if (command === 'mypy') throw new Error('spawn mypy ENOENT');
    return 0;
  });
  assert.equal(code, 1);
  assert.match(printed, /spawn mypy ENOENT\n--- mypy: FAILED/);
  assert.equal(last, '3 passed, 1 failed');
});

test('steps of one core run side by side, a step of two alone', async () => {
  const { together } = await run([]);
  assert.ok(together.includes('eslint ruff-check'), together);
  assert.deepEqual(
    together.filter((names) => names.includes('jest')),
    ['jest'],
  );
  assert.deepEqual(
    together.filter((names) => names.split(' ').length > 2),
    [],
  );
});

test('the output of a step is one piece, before its verdict', async () => {
  const { printed } = await run([]);
  assert.match(printed, /eslint one\neslint two\n--- lint: passed \(\d+\.\d s\)\n/);
  assert.match(printed, /ruff-check one\nruff-check two\nruff-format one\nruff-format two\n--- ruff: passed/);
});

test('an interruption begins no further step, and says which ones are missing', async () => {
  const { code, started, printed, last } = await run([], () => {
    process.emit('SIGINT');
    return 1;
  });
  assert.deepEqual(started, ['eslint', 'ruff-check']);
  assert.equal(code, 1);
  assert.match(printed, /Not run: jest, mypy\./);
  assert.equal(last, '0 passed, 2 failed');
});

test('--bail begins no step after a failure, and names those that did not run', async () => {
  const { code, started, printed, last } = await run(['--bail'], (command) => (command === 'eslint' ? 1 : 0));
  assert.ok(!started.includes('jest') && !started.includes('mypy'), started.join());
  assert.equal(code, 1);
  assert.match(printed, /Not run: .*jest/);
  assert.match(last, /^1 passed, 1 failed$/);
});

test('--only runs one step', async () => {
  const { started, last } = await run(['--only', 'jest']);
  assert.deepEqual(started, ['jest']);
  assert.equal(last, '1 passed, 0 failed');
});

test('an unknown step is refused with the known ones', async () => {
  const { code, started, last } = await run(['--only', 'nope']);
  assert.equal(code, 1);
  assert.deepEqual(started, []);
  assert.match(last, /no step "nope"; the steps are lint, jest, ruff, mypy/);
});
