/** The local account of this clone as its file describes it, and how every client of the clone is pointed at it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from '../../lib/shared/refused';
import type { Shaped } from '../shared/arguments';
import { direct } from '../shared/direct';
import { EMULATED, ROOT_KEYS } from '../shared/emulated';

export interface LocalAccount {
  readonly endpoint: string;
  /** Process that ends the account, and everything in it, when it ends. */
  readonly pid: number;
  /** The engine's logs, audit and jobs. */
  readonly runDir: string;
  readonly startedAt: string;
  /** What `local reset` starts again. */
  readonly asked: Asked;
}

export interface Asked extends Readonly<Shaped> {
  readonly kit: string;
  readonly seed?: 'history';
  /** Nothing is deployed: the account is new. */
  readonly empty?: boolean;
}

/** Folder of the clone's local account. It stays when the account has ended: from then on a command goes to AWS only when it is told to. */
export const folder = (): string => process.env.KIT_LOCAL ?? join(__dirname, '../../.local');

/** Undefined where this clone never started one. */
export function recorded(): LocalAccount | undefined {
  try {
    return JSON.parse(readFileSync(join(folder(), 'account.json'), 'utf8')) as LocalAccount;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return undefined;
    throw new Refused(
      `${join(folder(), 'account.json')} cannot be read (${(error as Error).message}), so nobody can say where commands of this clone go: end its engine if one runs, and delete the file`,
      { cause: error },
    );
  }
}

export function record(account: LocalAccount): void {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(join(folder(), 'account.json'), `${JSON.stringify(account, undefined, 2)}\n`);
  writeFileSync(join(folder(), 'env'), `${exports(account.endpoint).join('\n')}\n`);
}

/** Whether its engine runs. Another process may have got the number of one that ended: the command line tells them apart. */
export const isUp = ({ pid, runDir }: LocalAccount): boolean => commandOf(pid).includes(runDir);

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // macOS has no /proc; there, and where the process is gone, ps answers.
    try {
      return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
    } catch {
      return '';
    }
  }
}

/** @throws Refused where an account is up: a clone has one */
export function refuseBeside(account: LocalAccount | undefined): void {
  if (account !== undefined && isUp(account))
    throw new Refused(
      `the local account is up since ${account.startedAt} (${account.endpoint}): npm run local -- status shows it, -- reset starts it anew, -- stop ends it`,
    );
}

/** What the SDKs, the AWS CLI, boto3 and the CDK CLI read. */
const variables = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: ROOT_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ROOT_KEYS.secretAccessKey,
  AWS_REGION: EMULATED.region,
  AWS_DEFAULT_REGION: EMULATED.region,
});

export const exports = (endpoint: string): string[] => [
  ...Object.entries(variables(endpoint)).map((each) => `export ${each.join('=')}`),
  'unset AWS_PROFILE AWS_SESSION_TOKEN AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  // The CDK CLI repeats before each of its commands that its SDK will need a newer Node.
  'export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true',
  'export no_proxy="127.0.0.1,${no_proxy-}" NO_PROXY="127.0.0.1,${NO_PROXY-}"',
];

/** Points every client of an environment at the local account. */
export function point(env: NodeJS.ProcessEnv, { endpoint }: LocalAccount): void {
  direct(env, variables(endpoint));
}

/**
 * The local account that a process of this clone talks to; undefined where the environment names an address, or nothing was ever started.
 * @throws Refused where the account has ended: whatever was meant for it must not reach another
 */
export function chosen(env: NodeJS.ProcessEnv): LocalAccount | undefined {
  const account = recorded();
  if (account === undefined) return undefined;
  const { AWS_ENDPOINT_URL: given = account.endpoint } = env;
  if (given !== account.endpoint) return undefined;
  if (!isUp(account))
    throw new Refused(
      `the local account of this clone (${account.endpoint}) is not up, so nothing was done: start it with npm run local, or say that AWS is meant with npm run kit -- --aws … (cdk: KIT_AWS=1 npx cdk …)`,
    );
  return account;
}
