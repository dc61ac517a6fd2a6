/** The local emulator as a child process, and functions to deploy into it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cdk, environmentOf, ROOT } from '../shared/cdk';
import { direct } from '../shared/direct';
import { EMULATED, ROOT_KEYS } from '../shared/emulated';
import type { Assumed } from './unknowns';

const TOOLCHAIN = join(ROOT, '.toolchain/toolchain.json');

/** Configuration of every SDK client in a rehearsal. */
export interface Target {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

export interface Engine {
  /** Root of the emulated account: deploys and gathers evidence, never plays the scenario. */
  readonly root: Target;
  readonly pid: number;
  stop(): Promise<void>;
  /** Lets it outlive this process. */
  stay(): void;
}

/** Root of the account that every engine emulates. */
export const rootOf = (endpoint: string): Target => ({
  endpoint,
  region: EMULATED.region,
  credentials: ROOT_KEYS,
});

export function toolchain(): { python: string } {
  try {
    return JSON.parse(readFileSync(TOOLCHAIN, 'utf8')) as { python: string };
  } catch {
    throw new Error('the toolchain is not set up (no .toolchain/toolchain.json): run npm run setup');
  }
}

/**
 * @param quotas granted values by name, beyond those of a new account
 * @param assumed AWS's answers to undocumented questions
 * @param port of its endpoint. @default a free one
 * @throws Error with the engine's last lines when it does not start within a minute
 */
export async function startEngine(
  runDir: string,
  quotas: Readonly<Record<string, number>>,
  assumed: Assumed,
  port = 0,
): Promise<Engine> {
  const granted = Object.entries(quotas).flatMap(([name, value]) => ['--quota', `${name}=${value}`]);
  const answers = Object.entries(assumed).flatMap(([name, answer]) => ['--unknown', `${name}=${answer}`]);
  const options = ['--run-dir', runDir, '--port', String(port), '--toolchain', TOOLCHAIN, '--spark-ahead'];
  const log = openSync(join(runDir, 'engine.log'), 'a');
  const env = { ...process.env };
  // The terminal may have the address of a local account, a profile or a proxy.
  direct(env);
  const child = spawn(toolchain().python, ['-m', 'engine', ...options, ...granted, ...answers], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', log],
    // A terminal's Ctrl-C is for us alone: we end it, or leave it to stay.
    detached: true,
  });
  closeSync(log);
  const endpoint = await ready(child, join(runDir, 'engine.log'));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    // A pending custom resource prevents the emulator from exiting by itself.
    const force = setTimeout(() => child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(force);
  };
  const stay = () => {
    child.kill('SIGUSR1');
    child.stdout!.destroy();
    child.unref();
  };
  return { root: rootOf(endpoint), pid: child.pid!, stop, stay };
}

function ready(child: ChildProcess, log: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) =>
      reject(new Error(`the rehearsal engine ${what}; its log: ${log}\n${readFileSync(log, 'utf8').slice(-2000)}`));
    const timer = setTimeout(() => fail('did not come up within 60 s'), 60_000);
    const onExit = (code: number | null) => (clearTimeout(timer), fail(`ended with code ${code}`));
    child.once('exit', onExit);
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => {
      if (!line.startsWith('{')) return;
      clearTimeout(timer);
      child.off('exit', onExit);
      lines.close();
      resolve((JSON.parse(line) as { endpoint: string }).endpoint);
    });
  });
}

/**
 * The manual step in an account before the first deployment: CDK bootstrap.
 * @param assembly passed to the CLI, which would otherwise synthesize into a shared folder
 */
export async function bootstrap({ root }: Engine, assembly: string, log: string): Promise<void> {
  const { accessKeyId: account } = root.credentials;
  await cdk(['bootstrap', '--app', assembly, `aws://${account}/${root.region}`], log, await environmentOf(root));
}

export interface Audit {
  allowed: number;
  denied: { principal: string; action: string; resource: string }[];
  unused: { principal: string; action: string }[];
  /** Grants for calls that the emulator never checks. */
  unproven: { principal: string; action: string }[];
  notRehearsed: { what: string; why: string }[];
}

export const audit = async (runDir: string, assembly: string): Promise<Audit> =>
  JSON.parse(await python('engine.audit', '--run-dir', runDir, '--assembly', assembly)) as Audit;

/** The output of a module of the engine. */
export async function python(module: string, ...rest: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(toolchain().python, ['-m', module, ...rest], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
