/** Commands never go to AWS by surprise. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { program } from '../../../scripts/cli';
import { chosen, exports, record, recorded } from '../../../scripts/local/account';
import { ON_THIS_MACHINE, reach, READING } from '../../../scripts/local/reach';

const ROOT = join(__dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'reach-'));
const runDir = join(folder, 'run');
const asked = { kit: 'mlkit', profile: 'sandbox', config: {} };
const started: ChildProcess[] = [];
const before = { ...process.env };

/** Writes an account down as `npm run local` does; nothing listens at its address. */
function accountOf(isUp: boolean): void {
  const holder = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)', ...(isUp ? [runDir] : [])]);
  started.push(holder);
  record({ endpoint: 'http://127.0.0.1:9', pid: holder.pid!, runDir, startedAt: '2026-11-26T12:00:00.000Z', asked });
}

beforeEach(() => {
  process.env = { ...before, KIT_LOCAL: join(folder, 'local') };
});
afterEach(() => {
  for (const process of started.splice(0)) process.kill('SIGKILL');
  rmSync(join(folder, 'local'), { recursive: true, force: true });
  process.env = { ...before };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program of the clone as somebody who is signed in to AWS, and watches where it connects to. */
function watched(command: string, ...args: string[]) {
  const file = join(folder, 'connections');
  rmSync(file, { force: true });
  mkdirSync(join(folder, 'home'), { recursive: true });
  const { status, stderr } = spawnSync(join(ROOT, 'node_modules/.bin', command), args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      ...{ PATH: before.PATH, HOME: join(folder, 'home'), KIT_LOCAL: process.env.KIT_LOCAL, CONNECTIONS: file },
      ...{ AWS_PROFILE: 'prod', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' },
      ...{ AWS_ENDPOINT_URL_S3: 'http://127.0.0.2:1', AWS_EC2_METADATA_DISABLED: 'true', AWS_MAX_ATTEMPTS: '1' },
      ...{ HTTPS_PROXY: 'http://127.0.0.1:9', CDK_DISABLE_CLI_TELEMETRY: 'true', CI: 'true' },
      NODE_OPTIONS: `--require ${join(__dirname, 'connections.cjs')}`,
    },
  });
  const connections = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return { status, stderr, connections: [...new Set(connections)] };
}

describe('where the local account has ended', () => {
  beforeEach(() => accountOf(false));

  test.each([
    ['ts-node', 'scripts/cli.ts', 'down', '--yes'],
    ['ts-node', 'scripts/cli.ts', 'status'],
  ])('%s %s %s is refused, and nothing is sent anywhere', (command, ...args) => {
    const { status, stderr, connections } = watched(command, ...args);
    expect(stderr).toContain(
      'the local account of this clone (http://127.0.0.1:9) is not up, so nothing was done: start it with npm run local',
    );
    expect({ status, connections }).toEqual({ status: 2, connections: [] });
  });

  test.each([['deploy', '--all'], ['destroy', '--all', '--force'], ['bootstrap']])(
    'cdk %s is refused before there are templates',
    (...args) => {
      const { status, stderr } = watched('cdk', ...args);
      expect(stderr).toContain('the local account of this clone (http://127.0.0.1:9) is not up, so nothing was done: ');
      expect(status).toBe(1);
    },
  );

  test('its exports do not lead elsewhere either', () => {
    expect(() => chosen({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })).toThrow('is not up');
    expect(chosen({ AWS_ENDPOINT_URL: 'http://127.0.0.1:10' })).toBeUndefined();
  });
});

test('where it is up, whatever the shell says about AWS, a command talks to it and to nothing else', () => {
  accountOf(true);
  expect(watched('ts-node', 'scripts/cli.ts', 'status').connections).toEqual(['127.0.0.1:9']);
});

test('where it is up, the CDK CLI is refused in a terminal without its address', () => {
  accountOf(true);
  expect(watched('cdk', 'deploy', '--all').stderr).toContain('type `source .local/env` first');
});

test('a clone that never started one is as it was', () => {
  expect(recorded()).toBeUndefined();
  expect(chosen({})).toBeUndefined();
});

test('a file that cannot be read is no reason to go to AWS', () => {
  mkdirSync(process.env.KIT_LOCAL!, { recursive: true });
  writeFileSync(join(process.env.KIT_LOCAL!, 'account.json'), '{');
  expect(() => chosen({})).toThrow('nobody can say where commands of this clone go');
});

test('the exports are in a file, too', () => {
  accountOf(true);
  expect(readFileSync(join(process.env.KIT_LOCAL!, 'env'), 'utf8').trim().split('\n')).toEqual(
    exports('http://127.0.0.1:9'),
  );
});

describe('an account of AWS', () => {
  const sts = mockClient(STSClient);
  beforeEach(() => {
    sts.reset();
    sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/me' });
    delete process.env.AWS_ENDPOINT_URL;
    process.env.AWS_REGION = 'eu-west-1';
  });

  test('is named before it is changed, and a script must name it', async () => {
    await expect(reach('load', {})).rejects.toThrow('add --account 111122223333 to go on');
    await expect(reach('up', { yes: true })).rejects.toThrow('--yes needs --account');
    await expect(reach('up', { yes: true, account: '444455556666' })).rejects.toThrow(
      '--account is 444455556666, but the credentials are those of 111122223333',
    );
    await reach('up', { yes: true, account: '111122223333' });
    expect(sts.calls()).toHaveLength(4);
  });

  test('is read without a question', async () => {
    await reach('status', {});
    expect(sts.calls()).toHaveLength(0);
  });

  test('is meant by --aws, beside a local account that is up', async () => {
    accountOf(true);
    await expect(reach('down', { aws: true })).rejects.toThrow('111122223333');
    expect(process.env).toMatchObject({ KIT_AWS: '1' });
    expect(process.env.AWS_ENDPOINT_URL).toBeUndefined();
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
    await expect(reach('down', { aws: true })).rejects.toThrow('AWS_ENDPOINT_URL is http://127.0.0.1:9: unset it');
  });

  test('is not where the local account is, whose Region is one', async () => {
    accountOf(true);
    await expect(reach('down', { region: 'eu-west-1' })).rejects.toThrow('the local account is in us-east-1');
  });
});

test('a command that is in no list changes something', () => {
  const names = program.commands.map((command) => command.name());
  const changing = names.filter((name) => !ON_THIS_MACHINE.includes(name) && !READING.includes(name));
  expect(changing.sort()).toEqual(
    ['approve', 'bakeoff', 'down', 'expire', 'labels', 'load', 'monitor', 'reject', 'release', 'replay']
      .concat(['reproduce', 'rollback', 'train', 'up', 'witness'])
      .sort(),
  );
  expect([...ON_THIS_MACHINE, ...READING].filter((name) => !names.includes(name))).toEqual([]);
});
