import { parseArgs } from 'node:util';
import { TEST_STEPS } from './test-steps.mjs';

/**
 * Runs the steps until one fails. The last line printed counts them: `12 passed, 0 failed`.
 * @param start runs one command line and resolves to its exit code
 * @returns the exit code of the whole
 */
export async function test(args, start, steps = TEST_STEPS, print = console.log) {
  const chosen = choose(args, steps, print);
  if (!chosen) return 1;
  let passed = 0;
  for (const step of chosen) {
    print(`\n--- ${step.name}`);
    const started = performance.now();
    const ok = await runStep(step, start);
    print(`--- ${step.name}: ${ok ? 'passed' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    if (!ok) {
      const notRun = chosen.slice(passed + 1).map(({ name }) => name);
      if (notRun.length > 0) print(`\nNot run: ${notRun.join(', ')}.`);
      print(`Alone: npm test -- --only ${step.name}`);
      print(`\n${passed} passed, 1 failed`);
      return 1;
    }
    passed += 1;
  }
  print(`\n${passed} passed, 0 failed`);
  return 0;
}

function choose(args, steps, print) {
  const { only } = parseArgs({ args, options: { only: { type: 'string', multiple: true, default: [] } } }).values;
  const unknown = only.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    print(`There is no step "${unknown.join('", "')}"; the steps are ${steps.map(({ name }) => name).join(', ')}.`);
    return undefined;
  }
  return only.length === 0 ? steps : steps.filter(({ name }) => only.includes(name));
}

async function runStep({ commands }, start) {
  for (const command of commands) if ((await start(command)) !== 0) return false;
  return true;
}
