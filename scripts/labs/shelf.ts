/** The labs of this clone, and how far the learner has come with each. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from '../../lib/shared/refused';
import { ROOT } from '../shared/cdk';
import { type Lab, parseLab, parseStates, type State } from './lab';

const LABS = 'docs/labs';
const STATES = `${LABS}/states.md`;

/** Every lab, in the order of the lifecycle. @throws Refused naming what is wrong in which file */
export const labs = (root = ROOT): Lab[] =>
  readdirSync(join(root, LABS))
    .filter((name) => /^\d\d-.*\.md$/.test(name))
    .sort()
    .map((name) => parseLab(`${LABS}/${name}`, readFileSync(join(root, LABS, name), 'utf8')));

/** @throws Refused naming the labs that there are */
export function labOf(number: number): Lab {
  const all = labs();
  const found = all.find((lab) => lab.number === number);
  if (found === undefined)
    throw new Refused(`there is no lab ${number}; there are ${all.map((lab) => lab.number).join(', ')}`);
  return found;
}

/** The state that a lab begins with. @throws Refused where docs/labs/states.md has none of its name */
export function stateOf({ file, begins }: Lab): State {
  const states = parseStates(STATES, readFileSync(join(ROOT, STATES), 'utf8'));
  const found = states.find(({ name }) => name === begins);
  if (found === undefined)
    throw new Refused(
      `${file}: begins: ${begins} is no state of ${STATES}, which has ${states.map(({ name }) => name).join(', ')}`,
    );
  return found;
}

/** Path of the patch that does the task of a lab. */
export const solutionOf = ({ number }: Lab) => `${LABS}/solutions/${String(number).padStart(2, '0')}.patch`;

interface Progress {
  /** When the task was found done. */
  done?: string;
  hints: number;
}

/** Folder of what the learner has done: a clone has its own, and git leaves it alone. */
export const DESK = join(ROOT, '.labs');
const file = join(DESK, 'progress.json');

export function progress(): Record<string, Progress> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Progress>) : {};
}

/** Keeps how far the learner is with a lab. */
export function keep({ number }: Lab, more: Partial<Progress>): void {
  const all = progress();
  mkdirSync(DESK, { recursive: true });
  const now = { ...all, [number]: { hints: 0, ...all[number], ...more } };
  writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`);
}
