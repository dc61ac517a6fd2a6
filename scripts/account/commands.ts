/** Commands about the account: what it needs, what the kit costs there, bringing it up and being rid of it. */
import type { Command } from 'commander';

/**
 * Adds the commands; each loads its module when it runs, so that the others start quickly. `--kit` and `--region` belong to the program:
 * `program.opts<Where>()`.
 */
export function registerAccount(_program: Command): void {}
