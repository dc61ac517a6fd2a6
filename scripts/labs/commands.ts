/** `npm run lab`: labs that grade the learner. */
import { Argument, type Command } from 'commander';
import type { Reach } from '../local/reach';
import { whole } from '../shared/arguments';
import { terminal } from '../shared/out';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load the app for every command
const load = <Module>(path: string): Module => require(path) as Module;

interface Asked {
  all?: boolean;
  keep?: boolean;
}

type Step = 'start' | 'check' | 'hint' | 'reset';

/** Adds `lab`. */
export function register(program: Command): void {
  const out = terminal();
  program
    .command('lab')
    .description('labs on the local account: list them, start one, have a task checked')
    .argument('[number]', 'of the lab (default: lists them)', whole)
    .addArgument(
      new Argument('[step]', 'start it, check its task, give the next hint, or begin it anew')
        .choices(['start', 'check', 'hint', 'reset'] satisfies Step[])
        .default('start'),
    )
    .option('--all', 'play every lab, or the one named, in a copy of the clone, with each task open and then solved')
    .option('--keep', 'on AWS: leave the kit for the next lab')
    .addHelpText(
      'after',
      '\nExamples:\n  $ npm run lab\n  $ npm run lab 3\n  $ npm run lab 3 check\n  $ npm run lab 3 -- --aws\n  $ npm run lab -- --all',
    )
    .action(async (number: number | undefined, step: Step, { all = false, keep = false }: Asked) => {
      const { aws = false, ...asked } = program.opts<Reach>();
      if (all) {
        process.exitCode = await load<typeof import('./all')>('./all').playAll(number, out);
        return;
      }
      const desk = load<typeof import('./desk')>('./desk');
      if (number === undefined) desk.list();
      else if (aws) {
        const lab = load<typeof import('./shelf')>('./shelf').labOf(number);
        process.exitCode = await load<typeof import('./on-aws')>('./on-aws').labOnAws(lab, { ...asked, keep }, out);
      } else process.exitCode = await desk[step](load<typeof import('./shelf')>('./shelf').labOf(number), out);
    });
}
