import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleOf, importMilliseconds } from '../../../scripts/bench/app';
import { ended, figuresOf } from '../../../scripts/bench/child';
import { glueSeconds, partSeconds } from '../../../scripts/bench/rehearsed';
import { timedInto, timingsOf } from '../../../scripts/rehearse/timings';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'measure-test-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const node = (program: string) => ended(process.execPath, ['-e', program]);

describe('a child process', () => {
  test('that fails, fails its measurement with its last words', () => {
    expect(() => node('console.log("{}"); console.error("out of rows"); process.exit(3)')).toThrow(
      /ended with 3;[^]*out of rows/,
    );
    expect(() => ended('no-such-program', [])).toThrow('no-such-program could not be started');
  });

  test('that prints no figures, measures nothing', () => {
    expect(figuresOf(node('console.log("by the way"); console.log(JSON.stringify({ a: 1.5 }))'))).toEqual({ a: 1.5 });
    expect(() => figuresOf(node(''))).toThrow('the program printed no figures, but ""');
  });
});

describe('the import of a bundle', () => {
  const bundle = (text: string) => {
    const file = join(folder, 'index.js');
    writeFileSync(file, text);
    return file;
  };

  test('takes its time, with the environment that the template gives', () => {
    const file = bundle(
      `const end = Date.now() + 30; while (Date.now() < end); if (process.env.KIT !== 'mlkit') throw new Error('no KIT'); exports.handler = () => {};`,
    );
    expect(importMilliseconds(file, { KIT: 'mlkit' })).toBeGreaterThanOrEqual(29);
    expect(() => importMilliseconds(file, {})).toThrow('no KIT');
  });

  test('must yield a handler', () =>
    expect(() => importMilliseconds(bundle('exports.handle = 1'), {})).toThrow('it exports no handler'));

  test('finds bundle and variables in the template, and makes up what only a deployment knows', () => {
    const predict = {
      Type: 'AWS::Lambda::Function',
      Metadata: { 'aws:cdk:path': 'Serving/Predict/Resource', 'aws:asset:path': 'asset.1' },
      Properties: { Environment: { Variables: { KIT: 'mlkit', STREAM: { Ref: 'Stream' } } } },
    };
    expect(bundleOf([{ Type: 'AWS::S3::Bucket' }, predict], 'Serving/Predict/Resource', '/out')).toEqual({
      file: '/out/asset.1/index.js',
      environment: { KIT: 'mlkit', STREAM: 'known-once-deployed' },
    });
    expect(() => bundleOf([predict], 'Serving/Other', '/out')).toThrow('the app has no function Serving/Other');
  });
});

describe('the parts of a rehearsal', () => {
  test('leave their times in the folder of the run, those that fail none', async () => {
    const timed = timedInto(folder);
    expect(await timed('replay by hour', async () => 7)).toBe(7);
    await expect(timed('replay by hour', () => Promise.reject(new Error('throttled')))).rejects.toThrow('throttled');
    await timed('monitor', async () => {});
    expect(timingsOf(folder)).toEqual([
      { name: 'replay by hour', startedAt: expect.any(String), seconds: expect.any(Number) },
      { name: 'monitor', startedAt: expect.any(String), seconds: expect.any(Number) },
    ]);
  });

  test('are told by the middle one of a name; a part that never ran has no time', () => {
    const part = (name: string, seconds: number) => ({ name, startedAt: '', seconds });
    const timings = [part('monitor', 3), part('monitor', 9), part('up', 1), part('monitor', 4)];
    expect(partSeconds(timings, 'monitor')).toBe(4);
    expect(() => partSeconds(timings, 'replay by day')).toThrow('the run has no part "replay by day"');
  });

  test('hold a Glue job of one month after the history', () => {
    const execution = (seconds: number) => ({
      name: 'one',
      states: [
        { name: 'ReadManifest', at: '2026-01-01T00:00:00Z' },
        { name: 'RunJob', at: '2026-01-01T00:00:01Z' },
        { name: 'ReadReport', at: new Date(Date.UTC(2026, 0, 1, 0, 0, 1 + seconds)).toISOString() },
      ],
    });
    const machines = (...executions: unknown[]) => ({ machines: { prepare: executions } }) as never;
    expect(glueSeconds(machines(execution(30), execution(11), execution(12), execution(15)))).toBe(12);
    expect(() => glueSeconds(machines(execution(30)))).toThrow('nothing after its history');
    expect(() => glueSeconds(machines(execution(30), { name: 'odd', states: [] }))).toThrow('execution odd of Prepare');
  });
});
