import { createInterface } from 'node:readline/promises';
import { Refused } from '../../lib/shared/refused';

/**
 * Asks on the terminal, on standard error, so that a document on standard output stays one.
 * @param instead option that answers the question beforehand
 * @throws Refused unless the answer is `expected`
 */
export async function confirm(question: string, expected: string, instead = '--yes'): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Refused(
      `there is no terminal to ask on: nothing was changed; add ${instead} to go on without a question`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} `).finally(() => terminal.close());
  if (answer.trim() !== expected) throw new Refused('not confirmed: nothing was changed');
}
