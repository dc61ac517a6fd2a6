import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { environmentOf, synth } from '../../../scripts/shared/cdk';
import { bootstrap, type Engine, rootOf } from '../../../scripts/rehearse/engine';

jest.mock('node:child_process', () => ({ ...jest.requireActual('node:child_process'), spawn: jest.fn() }));

const folder = mkdtempSync(join(tmpdir(), 'cdk-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The words of the `cdk` command that `act` runs; it succeeds. */
async function words(act: () => Promise<void>): Promise<readonly string[]> {
  jest.mocked(spawn).mockImplementationOnce((() => {
    const child = Object.assign(new EventEmitter(), { stdout: new PassThrough(), stderr: new PassThrough() });
    setImmediate(() => child.emit('close', 0));
    return child;
  }) as never);
  await act();
  return jest.mocked(spawn).mock.lastCall![1];
}

test('the templates of a deployment are validated', async () => {
  await expect(words(() => synth(folder, { profile: 'sandbox' }))).resolves.not.toContain('--no-validation');
});

test('those of a rehearsal, which deploys them, are not', async () => {
  const given = await words(() => synth(folder, { profile: 'sandbox' }, { validate: false }));
  expect(given).toEqual(
    expect.arrayContaining(['synth', '--output', folder, '-c', 'profile=sandbox', '--no-validation']),
  );
});

test('bootstrap does not synthesize the app again', async () => {
  const root = rootOf('http://127.0.0.1:1');
  const given = await words(() => bootstrap({ root } as Engine, folder, join(folder, 'bootstrap.log')));
  expect(given.slice(0, 4)).toEqual(['bootstrap', '--app', folder, 'aws://123456789012/us-east-1']);
});

describe('the environment of the CDK CLI', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });
  const misleading = {
    ...{ AWS_PROFILE: 'prod', AWS_SESSION_TOKEN: 'token', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    ...{ AWS_ENDPOINT_URL: 'http://127.0.0.2:1', AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.2:1' },
  };

  test('has nothing of the terminal that leads past the address of a rehearsal', async () => {
    process.env = { ...misleading, no_proxy: 'intranet' };
    await expect(environmentOf(rootOf('http://127.0.0.1:1'))).resolves.toEqual({
      ...{ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 'test', AWS_SESSION_TOKEN: undefined },
      ...{ no_proxy: 'intranet,127.0.0.1', NO_PROXY: '127.0.0.1' },
    });
  });

  test('is the terminal where AWS is meant', async () => {
    process.env = { ...misleading };
    await expect(environmentOf({})).resolves.toEqual(process.env);
  });
});
