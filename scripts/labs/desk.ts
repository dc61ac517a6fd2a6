/** What a learner does with a lab: list, start, have the task checked, take a hint, begin anew. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  if (!isThere()) {
    for (const room of enabledRooms({ rooms: [] })) out.line(`${room.name.padEnd(12)}${room.does.replaceAll('*', '')}`);
    await make(state.seed, (command) => run(command, (text) => out.line(text.trimEnd())));
  }
  const fault = await faultOf(lab.file, state.check, run);
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
  const fault = await faultOf(lab.file, commands, run);
  if (fault !== undefined) {
    out.line(`not done yet. ${fault}\nnpm run lab ${lab.number} hint gives a hint`);
    return 1;
  }
  keep(lab, { done: new Date().toISOString().slice(0, 10) });
  out.line(`done: ${lab.title}`);
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

/** Puts the files back that the lab changes, keeps what was in them, and makes its state anew. @returns the exit code */
export async function reset(lab: Lab, out: Out): Promise<number> {
  const paths = [...new Set(lab.blocks.flatMap((block) => (block.kind === 'edit' ? [block.path] : [])))];
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  const changed = paths.length === 0 ? '' : git('diff', '--', ...paths);
  if (changed !== '') {
    const kept = join(DESK, `lab-${lab.number}-${Date.now()}.patch`);
    mkdirSync(DESK, { recursive: true });
    writeFileSync(kept, changed);
    git('restore', '--', ...paths);
    out.line(`put back ${paths.join(', ')}; what you had changed is kept: git apply ${kept}`);
  }
  await type('npm run local -- stop', ROOT);
  return start(lab, out);
}
