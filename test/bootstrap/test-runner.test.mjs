import assert from 'node:assert/strict';
import { test } from 'node:test';
import { test as runTests } from '../../scripts/bootstrap/test-runner.mjs';

const STEPS = [
  { name: 'lint', commands: [['eslint']] },
  { name: 'ruff', commands: [['ruff-check'], ['ruff-format']] },
  { name: 'jest', commands: [['jest']] },
];

async function run(args, failing) {
  const lines = [];
  const started = [];
  const start = async ([command]) => {
    started.push(command);
    return command === failing ? 2 : 0;
  };
  const code = await runTests(args, start, STEPS, (line) => lines.push(...line.split('\n')));
  return { code, started, last: lines.at(-1), lines };
}

test('all steps pass', async () => {
  const { code, last, started } = await run([]);
  assert.deepEqual(started, ['eslint', 'ruff-check', 'ruff-format', 'jest']);
  assert.equal(code, 0);
  assert.equal(last, '3 passed, 0 failed');
});

test('the first failure ends the run, and the rest is named', async () => {
  const { code, last, started, lines } = await run([], 'ruff-check');
  assert.deepEqual(started, ['eslint', 'ruff-check']);
  assert.equal(code, 1);
  assert.equal(last, '1 passed, 1 failed');
  assert.ok(lines.includes('Not run: jest.'));
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
  assert.match(last, /no step "nope"; the steps are lint, ruff, jest/);
});
