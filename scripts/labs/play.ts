/** What a lab says, done: in order, and compared with what it says will be seen. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Block, Command, Lab, State } from './lab';
import { mismatch } from './match';
import type { Ended } from './shell';

/** Types a command. */
export type Type = (command: Command) => Promise<Ended>;

/** Lines of a failed command that are shown. */
const LAST_LINES = 25;

/** Why a command did not do what its lab says; undefined where it did. */
async function fault(file: string, command: Command, type: Type, fails = false): Promise<string | undefined> {
  const { printed, code } = await type(command);
  const differs = mismatch(command.expected, printed);
  const ended =
    fails === (code !== 0) ? undefined : `ended with exit code ${code}, and should ${fails ? 'fail' : 'not'}`;
  if (differs === undefined && ended === undefined) return undefined;
  return [
    `${file}:${command.line}: ${command.text}`,
    ...(ended === undefined ? [] : [`  ${ended}`]),
    ...(differs === undefined ? [] : [`  expected  ${differs.expected}`, `  found     ${differs.found}`]),
    '  it printed:',
    ...printed
      .trimEnd()
      .split('\n')
      .slice(-LAST_LINES)
      .map((line) => `    ${line}`),
  ].join('\n');
}

/** The first fault of commands in turn. */
export async function faultOf(file: string, commands: readonly Command[], type: Type): Promise<string | undefined> {
  for (const command of commands) {
    const found = await fault(file, command, type);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Types commands that make a state. @throws Error naming the first that fails */
export async function make(commands: readonly Command[], type: Type): Promise<void> {
  for (const command of commands) {
    const { code } = await type(command);
    if (code !== 0) throw new Error(`${command.text} ended with exit code ${code}`);
  }
}

/** @throws Error with what was expected beside what was found */
export async function block(lab: Lab, { folder, type }: Pick<Ground, 'folder' | 'type'>, each: Block): Promise<void> {
  if (each.kind === 'edit') {
    edit(folder, lab.file, each);
    return;
  }
  for (const [index, command] of each.commands.entries()) {
    const isLast = index === each.commands.length - 1;
    const found = await fault(lab.file, command, type, each.kind === 'break-it' && isLast);
    if (found !== undefined) throw new Error(found);
  }
}

export interface Ground {
  /** The clone, or a copy of it. */
  readonly folder: string;
  readonly type: Type;
  /** Lays the solution of a lab over the clone, or takes it away again. */
  solve(lab: Lab, undo?: boolean): Promise<void>;
}

/**
 * Plays a whole lab: its state holds, every block does what the text says, the task is open, its solution closes it.
 * @throws Error with the first thing that is not so
 */
export async function play(lab: Lab, state: State, ground: Ground): Promise<void> {
  const begun = await faultOf(lab.file, state.check, ground.type);
  if (begun !== undefined) throw new Error(`the account is not as the lab begins (${state.name}):\n${begun}`);
  for (const each of lab.blocks) {
    if (each.kind !== 'edit' && each.only === 'aws') continue;
    if (each.kind !== 'your-turn') {
      await block(lab, ground, each);
      continue;
    }
    if ((await faultOf(lab.file, each.commands, ground.type)) === undefined)
      throw new Error(
        `${lab.file}:${each.line}: the task is done before anybody did it: its check must fail on the untouched state`,
      );
    await ground.solve(lab);
    const unsolved = await faultOf(lab.file, each.commands, ground.type);
    if (unsolved !== undefined) throw new Error(`the solution does not pass the check:\n${unsolved}`);
    await ground.solve(lab, true);
  }
}

/** @throws Error where the text to be replaced does not stand in the file exactly once */
export function edit(
  folder: string,
  lab: string,
  { path, before, after, line }: Extract<Block, { kind: 'edit' }>,
): void {
  const file = join(folder, path);
  const text = readFileSync(file, 'utf8');
  const places = text.split(before).length - 1;
  if (places !== 1)
    throw new Error(
      `${lab}:${line}: ${path} has the lines to be changed ${places} times, and must have them once:\n${before}`,
    );
  writeFileSync(
    file,
    text.replace(before, () => after),
  );
}
