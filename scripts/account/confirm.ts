import { createInterface } from 'node:readline/promises';
import { Refused } from '../../lib/shared/refused';

/**
 * Prompts on standard error, so that standard output holds the document only.
 * @param instead option that answers the question beforehand
 * @throws Refused unless the answer is `expected`
 */
export async function confirm(question: string, expected: string, instead = '--yes'): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Refused(`there is no terminal for the question: nothing was changed; add ${instead} to go on without it`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} `).finally(() => terminal.close());
  if (answer.trim() !== expected) throw new Refused('not confirmed: nothing was changed');
}
