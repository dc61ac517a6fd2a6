import { parseArgs } from 'node:util';
import { isLive, LiveLine, since } from './output.mjs';
import { TEST_STEPS } from './test-steps.mjs';

// Two on every machine: rehearsals have timeouts, and three parallel Sparks are slower than one after the other.
const CORES = 2;
const OPTIONS = {
  only: { type: 'string', multiple: true, default: [] },
  bail: { type: 'boolean', default: false },
};

/**
 * Runs every step, in parallel when their cores allow, and prints the complete output of each at its end; with `--bail` no step starts
 * after a failure. The last lines are the commands that run the failed steps alone, and the count: `12 passed, 1 failed`.
 * @param start runs one command line, passes its output on and resolves to its exit code
 * @returns the overall exit code
 */
export async function test(args, start, steps = TEST_STEPS, stream = process.stdout) {
  const { only, bail } = parseArgs({ args, options: OPTIONS }).values;
  const chosen = choose(only, steps, stream);
  if (!chosen) return 1;
  const failed = [];
  const notRun = await sideBySide(chosen, async (step, stop) => {
    if (await runStep(step, start, stream)) return;
    failed.push(step);
    if (bail) stop();
  });
  const alone = failed.map(({ name }) => `npm test -- --only ${name}`);
  if (alone.length > 0) stream.write(`Failed; each alone:\n${alone.map((command) => `  ${command}\n`).join('')}\n`);
  if (notRun.length > 0) stream.write(`Not run: ${notRun.map(({ name }) => name).join(', ')}.\n\n`);
  stream.write(`${chosen.length - failed.length - notRun.length} passed, ${failed.length} failed\n`);
  return failed.length + notRun.length > 0 ? 1 : 0;
}

function choose(only, steps, stream) {
  const unknown = only.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    const known = steps.map(({ name }) => name).join(', ');
    stream.write(`There is no step "${unknown.join('", "')}"; the steps are ${known}.\n`);
    return undefined;
  }
  return only.length === 0 ? steps : steps.filter(({ name }) => only.includes(name));
}

/** Starts the first step that fits beside the running ones, until none is left; returns the steps that did not start. */
async function sideBySide(steps, run) {
  const waiting = [...steps];
  const running = new Set();
  const notRun = [];
  const stop = () => notRun.push(...waiting.splice(0));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let free = CORES;
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ cores }) => cores <= free);
    if (next < 0) {
      await Promise.race(running);
      continue;
    }
    const [step] = waiting.splice(next, 1);
    free -= step.cores;
    const ended = run(step, stop).then(() => {
      free += step.cores;
      running.delete(ended);
    });
    running.add(ended);
  }
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return notRun;
}

/**
 * Runs the commands of a step until one fails, and prints the complete output. A terminal shows the elapsed time.
 * @returns whether all commands passed
 */
async function runStep({ name, commands }, start, stream) {
  const started = performance.now();
  const line = isLive(stream) ? new LiveLine(() => `${name} ${since(started)}`, stream) : undefined;
  if (!line) stream.write(`--- ${name} begins\n`);
  let output = '';
  let passed = true;
  for (const command of commands) {
    const code = await start(command, (text) => (output += text)).catch((error) => (output += `${error.message}\n`));
    passed = code === 0;
    if (!passed) break;
  }
  line?.clear();
  const verdict = `--- ${name}: ${passed ? 'passed' : 'FAILED'} (${since(started)})`;
  stream.write([output.trimEnd(), verdict].filter((part) => part !== '').join('\n') + '\n\n');
  return passed;
}
