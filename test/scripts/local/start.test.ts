/** The local account as processes: one for each clone, and nothing of it when it ends. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalAccount } from '../../../scripts/local/account';
import { thorough } from '../../support/thorough';

const ROOT = join(__dirname, '../../..');
const clones: string[] = [];
afterAll(() => {
  for (const clone of clones) {
    cli(clone, 'stop');
    rmSync(clone, { recursive: true, force: true, maxRetries: 5 });
  }
});

function clone(): string {
  clones.push(mkdtempSync(join(tmpdir(), 'local-')));
  return clones.at(-1)!;
}

const command = (args: readonly string[]): [string, string[]] => [
  join(ROOT, 'node_modules/.bin/ts-node'),
  ['scripts/cli.ts', 'local', ...args],
];

function cli(folder: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(...command(args), {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, KIT_LOCAL: folder },
  });
  return { status, stdout, stderr };
}

/** Processes that have to do with the folder of a local account. */
function processes(folder: string): string[] {
  const all = execFileSync('ps', ['-eww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(folder));
}

async function soon(isSo: () => boolean, seconds: number): Promise<boolean> {
  for (const until = Date.now() + seconds * 1000; Date.now() < until;) {
    if (isSo()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return isSo();
}

const ended = (child: ChildProcess) =>
  new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));

thorough(
  'each clone has its own, which stays until it is stopped, and leaves nothing when it is killed',
  async () => {
    const [one, two] = [clone(), clone()];
    for (const folder of [one, two])
      expect(cli(folder, '--empty')).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('A local account is up, no AWS was touched'),
      });
    expect(cli(one, '--empty')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the local account is up since'),
    });
    const [first, second] = [one, two].map(
      (folder) => JSON.parse(cli(folder, 'status', '--json').stdout) as LocalAccount,
    );
    expect(first!.endpoint).not.toBe(second!.endpoint);

    expect(cli(one, 'stop')).toMatchObject({
      status: 0,
      stderr: 'the local account is gone, with all that was in it\n',
    });
    expect(processes(one)).toEqual([]);
    expect(cli(one, 'status')).toMatchObject({ status: 2, stderr: expect.stringContaining('no local account is up') });

    process.kill(second!.pid, 'SIGKILL');
    expect(await soon(() => processes(two).length === 0, 10)).toBe(true);
    // Terminals that have its exports go on with the next one.
    expect(cli(two, 'reset').status).toBe(0);
    expect((JSON.parse(cli(two, 'status', '--json').stdout) as LocalAccount).endpoint).toBe(second!.endpoint);
  },
  180_000,
);

test.each(['SIGINT', 'SIGKILL'] as const)(
  '%s while it starts leaves nothing',
  async (signal) => {
    const folder = clone();
    const starting = spawn(...command([]), { cwd: ROOT, env: { ...process.env, KIT_LOCAL: folder }, stdio: 'ignore' });
    const gone = ended(starting);
    expect(await soon(() => processes(folder).some((line) => line.includes('engine.emulator')), 60)).toBe(true);
    starting.kill(signal);
    await gone;
    expect(await soon(() => processes(folder).length === 0, 10)).toBe(true);
  },
  120_000,
);
