/** What a learner does with a lab: list, start, have the task checked, take a hint, begin anew. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { enabledRooms } from '../../lib/rooms';
import { Refused } from '../../lib/shared/refused';
import { usd } from '../account/cost/print';
import { isUp, recorded } from '../local/account';
import { ROOT } from '../shared/cdk';
import type { Out } from '../shared/out';
import type { Command, Lab } from './lab';
import { faultOf, make } from './play';
import { prices, priceOf } from './price';
import { DESK, keep, labs, progress, solutionOf, stateOf } from './shelf';
import { type } from './shell';

const run = ({ text }: Command, told?: (text: string) => void) => type(text, ROOT, { told });
const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });

/** Counts the seconds of what prints nothing for a while. */
async function counted<T>(what: string, out: Out, act: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  const clock = setInterval(() => out.progress(`${what}, ${Math.round((Date.now() - begun) / 1000)} s`), 1000);
  try {
    return await act();
  } finally {
    clearInterval(clock);
    out.progress('');
  }
}

/** Files that the learner writes for the task of a lab: `answers/03.sql`. */
const answersOf = ({ number, blocks }: Lab): string[] => {
  const name = new RegExp(`answers/${String(number).padStart(2, '0')}\\.\\w+`, 'g');
  const tasks = blocks.flatMap((block) => (block.kind === 'your-turn' ? block.commands : []));
  return [...new Set(tasks.flatMap(({ text }) => text.match(name) ?? []))];
};

/** A downloaded archive of the sources has no history. */
const isClone = () => existsSync(join(ROOT, '.git'));

function isThere(): boolean {
  const account = recorded();
  return account !== undefined && isUp(account);
}

/** Prints every lab with its minutes, its price on AWS, and whether its task is done. */
export function list(): void {
  const known = progress();
  const price = prices('sandbox');
  for (const lab of labs()) {
    const { done } = known[lab.number] ?? {};
    const facts = [
      `${lab.minutes} min`.padStart(6),
      `${usd(priceOf(lab, stateOf(lab), price))} USD on AWS`,
      done === undefined ? '' : `done ${done}`,
    ];
    console.log(`${String(lab.number).padStart(2)}  ${lab.title.padEnd(46)} ${facts.join('  ').trimEnd()}`);
  }
  console.log('\nnpm run lab 0 starts the first one; on this machine all of them are free.');
}

/** Brings the account into the state that the lab begins with. @returns the exit code */
export async function start(lab: Lab, out: Out): Promise<number> {
  const state = stateOf(lab);
  const known = progress();
  const open = lab.needs.filter((number) => known[number]?.done === undefined);
  if (open.length > 0) out.line(`lab ${lab.number} builds on what is not done yet: lab ${open.join(', lab ')}`);
  const changed = isClone()
    ? git('diff', '--name-only', 'HEAD', '--', 'bin', 'lib', 'lambda', 'jobs', 'datasets').trim()
    : '';
  if (changed !== '')
    out.line(`these files of the clone are changed, and may be meant: ${changed.split('\n').join(', ')}`);
  if (!isThere()) {
    for (const room of enabledRooms({ rooms: [] })) out.line(`${room.name.padEnd(12)}${room.does.replaceAll('*', '')}`);
    await counted('making the account, in about a minute', out, () =>
      make(state.seed, (command) => run(command, (text) => out.line(text.trimEnd()))),
    );
  }
  const fault = await counted(`looking whether the account is as lab ${lab.number} begins`, out, () =>
    faultOf(lab.file, state.check, run),
  );
  if (fault !== undefined) {
    out.line(
      `the account is not as lab ${lab.number} begins (${state.name}): npm run lab ${lab.number} reset makes a new one\n${fault}`,
    );
    return 1;
  }
  out.line(`lab ${lab.number}, ${lab.title}, about ${lab.minutes} minutes: open ${lab.file} and type along`);
  out.line(
    `its task: npm run lab ${lab.number} check, npm run lab ${lab.number} hint; npm run lab ${lab.number} reset begins it anew`,
  );
  return 0;
}

/** Looks whether the task is done. @returns the exit code @throws Refused where no account is up */
export async function check(lab: Lab, out: Out): Promise<number> {
  if (!isThere()) throw new Refused(`no local account is up: npm run lab ${lab.number} starts one`);
  const { commands } = lab.blocks.find((block) => block.kind === 'your-turn') as { commands: readonly Command[] };
  const missing = answersOf(lab).filter((path) => !existsSync(join(ROOT, path)));
  if (missing.length > 0) {
    out.line(`not done yet: there is no ${missing.join(' and no ')}, which ${lab.file} has you make`);
    return 1;
  }
  const fault = await counted('looking', out, () => faultOf(lab.file, commands, run));
  if (fault !== undefined) {
    out.line(`not done yet. ${fault}\nnpm run lab ${lab.number} hint gives a hint`);
    return 1;
  }
  keep(lab, { done: new Date().toISOString().slice(0, 10) });
  const next = labs().find(({ number }) => number > lab.number);
  out.line(`done: ${lab.title}. Its page ends with what undoes it; npm run kit -- quiz ${lab.number} asks about it`);
  if (next !== undefined) out.line(`next: npm run lab ${next.number}, ${next.title}`);
  return 0;
}

/** Prints the next hint. @returns the exit code */
export async function hint(lab: Lab, out: Out): Promise<number> {
  const { hints: given = 0 } = progress()[lab.number] ?? {};
  const next = Math.min(given, lab.hints.length - 1);
  out.line(`hint ${next + 1} of ${lab.hints.length}: ${lab.hints[next]}`);
  keep(lab, { hints: next + 1 });
  if (next === lab.hints.length - 1) out.line(`that was the last one; a solution is in ${solutionOf(lab)}`);
  return 0;
}

/** Puts back the files that the lab changes, takes the answers away, keeps both, and makes its state anew. @returns the exit code */
export async function reset(lab: Lab, out: Out): Promise<number> {
  const paths = [...new Set(lab.blocks.flatMap((block) => (block.kind === 'edit' ? [block.path] : [])))];
  const changed = paths.length === 0 ? '' : git('diff', '--', ...paths);
  const desk = join(DESK, `lab-${lab.number}-${Date.now()}`);
  mkdirSync(DESK, { recursive: true });
  for (const path of answersOf(lab).filter((each) => existsSync(join(ROOT, each)))) {
    const kept = `${desk}-${basename(path)}`;
    renameSync(join(ROOT, path), kept);
    out.line(`${path} is kept as ${relative(ROOT, kept)}`);
  }
  if (changed !== '') {
    const kept = `${desk}.patch`;
    writeFileSync(kept, changed);
    git('restore', '--', ...paths);
    out.line(`put back ${paths.join(', ')}; what you had changed is kept: git apply ${kept}`);
  }
  await type('npm run local -- stop', ROOT);
  return start(lab, out);
}
