import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdLock } from './lock.mjs';
import { stepLine } from './output.mjs';
import { SetupProblem } from './problem.mjs';
import { STEPS } from './steps.mjs';
import { ROOT, TOOLCHAIN } from './paths.mjs';

/** Updates every step; when one fails, prints the problem with its remedy and exits with 1. */
export async function setUp() {
  try {
    if (!existsSync(join(TOOLCHAIN, 'stamps')))
      process.stderr.write(`setting up what the kit needs, once: two minutes, 2 GB in ${ROOT}\n`);
    await bringUpToDate(STEPS, TOOLCHAIN);
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    process.stderr.write(`\n${error.message}\n${error.remedy}\n`);
    process.exit(1);
  }
}

/**
 * Runs the outdated steps, each as soon as its prerequisites are done: the previous step, or those it names. A lock protects against two
 * commands in one clone.
 * @param folder folder of stamps and lock
 * @throws SetupProblem of the first step that fails; completed steps stay done
 */
export async function bringUpToDate(steps, folder, stream = process.stderr) {
  const stale = steps.filter((step) => !isFresh(step, folder));
  if (stale.length === 0) return;
  for (const step of stale) step.check?.();
  mkdirSync(join(folder, 'stamps'), { recursive: true });
  const release = await holdLock(join(folder, 'lock'));
  try {
    const done = {};
    for (const [place, step] of steps.entries()) {
      const needs = step.needs ?? [steps[place - 1]?.name];
      const ready = Promise.all(needs.map((name) => done[name]));
      done[step.name] = ready.then(() => (isFresh(step, folder) ? undefined : make(step, folder, stream)));
    }
    // All steps are awaited: exiting at the first failure would leave parallel ones half done.
    const failed = (await Promise.allSettled(Object.values(done))).find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    release();
  }
}

async function make(step, folder, stream) {
  const stamp = stampFile(step, folder);
  const line = stepLine(step.name, stream);
  try {
    rmSync(stamp, { force: true });
    const remark = await step.make((text) => line.detail(text));
    writeFileSync(stamp, inputHash(step));
    line.end(remark ?? 'ok');
  } catch (error) {
    line.end('failed');
    throw error;
  }
}

function isFresh(step, folder) {
  const stamp = stampFile(step, folder);
  return (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === inputHash(step) &&
    step.makes().every((path) => existsSync(path))
  );
}

function inputHash({ files, facts }) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.update(facts().join('\0')).digest('hex');
}

const stampFile = ({ name }, folder) => join(folder, 'stamps', name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'));
