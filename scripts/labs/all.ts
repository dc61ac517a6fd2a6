/** `npm run lab -- --all`: every lab in one account, in a copy of the clone, so that no file and no account of the learner changes. */
import { rmSync } from 'node:fs';
import { committedCopy, git } from '../shared/copy';
import type { Out } from '../shared/out';
import type { Lab } from './lab';
import { faultOf, type Ground, play } from './play';
import { labOf, labs, solutionOf, stateOf } from './shelf';
import { type } from './shell';

/** @returns the exit code: 1 where a lab is not as its text says */
export async function playAll(only: number | undefined, out: Out): Promise<number> {
  const chosen = only === undefined ? labs() : [labOf(only)];
  const folder = committedCopy();
  const ground: Ground = {
    folder,
    type: ({ text }) => type(text, folder),
    async solve(lab, undo = false) {
      git(folder, 'apply', ...(undo ? ['--reverse'] : []), solutionOf(lab));
    },
  };
  const stop = () => type('npm run local -- stop', folder);
  const interrupt = () => void stop().then(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let failed = 0;
  try {
    await seed(chosen[0]!, ground, out);
    for (const lab of chosen) {
      const started = Date.now();
      const fault = await play(lab, stateOf(lab), ground).then(
        () => undefined,
        (error: Error) => error.message,
      );
      const seconds = ((Date.now() - started) / 1000).toFixed(0);
      out.line(`${fault === undefined ? 'ok    ' : 'FAILED'}  lab ${lab.number}, ${lab.title}: ${seconds} s`);
      if (fault === undefined) continue;
      out.line(fault);
      failed += 1;
      // What the lab changed would turn the next one red, too.
      git(folder, 'reset', '--quiet', '--hard');
      if (lab !== chosen.at(-1)) await seed(lab, ground, out);
    }
    const open =
      failed === 0 ? await faultOf(chosen.at(-1)!.file, stateOf(chosen.at(-1)!).check, ground.type) : undefined;
    if (open !== undefined) out.line(`the last lab leaves the account otherwise than it found it:\n${open}`);
    return failed > 0 || open !== undefined ? 1 : 0;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a new account in the state that a lab begins with. @throws Error where it cannot be made */
async function seed(lab: Lab, { type: typed }: Ground, out: Out): Promise<void> {
  const started = Date.now();
  const state = stateOf(lab);
  for (const command of [{ text: 'npm run local -- stop', expected: [], line: 0 }, ...state.seed]) {
    const { code, printed } = await typed(command);
    if (code !== 0) throw new Error(`${command.text} ended with exit code ${code}:\n${printed}`);
  }
  out.line(`the account is ${state.name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
}
