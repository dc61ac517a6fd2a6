/** Saved sources become live in the local account, by the CDK's own watch mode. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CDK, contextFlags, environmentOf, ROOT } from '../shared/cdk';
import { folder } from './account';
import { up } from './start';

/** Another terminal synthesizes into cdk.out meanwhile, which the CLI locks. Source maps ask for a folder at the same depth. */
const OUTPUT = 'cdk.out.watch';

/**
 * Deploys what differs, then again after every save, until it is interrupted. Code of functions and definitions of state machines are
 * replaced in place (hotswap); everything else, code of jobs among it, goes through CloudFormation.
 * @returns the exit code of the CDK CLI
 * @throws Refused where no account is up
 */
export async function watch(): Promise<number> {
  const { account, aws } = up();
  const { kit, profile, config, with: rooms } = account.asked;
  const flags = contextFlags({ kit, profile, config, rooms });
  const child = spawn(
    CDK,
    // The template validator takes longer than synthesis itself; `npx cdk deploy` runs it.
    [
      'watch',
      '--all',
      '--hotswap-fallback',
      '--no-validation',
      '--no-notices',
      '--no-logs',
      '--output',
      OUTPUT,
      ...flags,
    ],
    {
      cwd: ROOT,
      env: { ...(await environmentOf(aws)), KIT_LOCAL: folder() },
      stdio: ['ignore', 'inherit', 'inherit'],
      // A group of its own: the app that the CLI runs would outlive it.
      detached: true,
    },
  );
  const end = () => process.kill(-child.pid!, 'SIGTERM');
  process.once('SIGINT', end).once('SIGTERM', end);
  const [code] = (await once(child, 'close')) as [number | null];
  rmSync(join(ROOT, OUTPUT), { recursive: true, force: true });
  return code ?? 0;
}
