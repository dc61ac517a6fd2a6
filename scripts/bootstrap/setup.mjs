import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdLock } from './lock.mjs';
import { StepLine } from './output.mjs';
import { checkDisk } from './probes.mjs';
import { SetupProblem } from './problem.mjs';
import { STEPS } from './steps.mjs';
import { TOOLCHAIN } from './paths.mjs';

const STAMPS = join(TOOLCHAIN, 'stamps');
// Measured: node_modules 0.5 GB, Python 1.9 GB, data 0.1 GB, and the downloads while they are unpacked.
const NEEDED_GB = 4;

/** Brings every step up to date; prints the problem and its remedy, and exits 1, when one cannot be. */
export async function setUp(steps = STEPS) {
  try {
    if (steps.every(isFresh)) return;
    mkdirSync(STAMPS, { recursive: true });
    const release = await holdLock(join(TOOLCHAIN, 'lock'));
    try {
      for (const step of steps) await bringUpToDate(step);
    } finally {
      release();
    }
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    process.stderr.write(`\n${error.message}\n${error.remedy}\n`);
    process.exit(1);
  }
}

async function bringUpToDate(step) {
  // Asked again under the lock: another process may just have done it.
  if (isFresh(step)) return;
  const line = new StepLine(step.name);
  try {
    if (!existsSync(stampFile(step))) checkDisk(NEEDED_GB);
    rmSync(stampFile(step), { force: true });
    await step.make((text) => line.detail(text));
    writeFileSync(stampFile(step), stamp(step));
    line.done();
  } catch (error) {
    line.failed();
    throw error;
  }
}

export function isFresh(step) {
  const file = stampFile(step);
  return (
    existsSync(file) && readFileSync(file, 'utf8') === stamp(step) && step.makes().every((path) => existsSync(path))
  );
}

function stamp({ files, facts }) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.update(facts.join('\0')).digest('hex');
}

function stampFile({ name }) {
  return join(STAMPS, name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'));
}
