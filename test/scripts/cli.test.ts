import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../../scripts/cli';

const ROOT = join(__dirname, '../..');

function cli(...args: string[]) {
  const { AWS_REGION: _r, AWS_DEFAULT_REGION: _d, ...environment } = process.env;
  const env = { ...environment, AWS_CONFIG_FILE: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/ts-node'), ['scripts/cli.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

test('a command that is misspelt, or an argument that is not understood, is explained', () => {
  expect(cli('statsu')).toMatchObject({ status: 2, stderr: expect.stringContaining('Did you mean status?') });
  expect(cli('load', '2013-13')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('write YYYY-MM, YYYY-MM..YYYY-MM'),
  });
});

test('what stands between a newcomer and AWS is said in a sentence, without a stack trace', () => {
  expect(cli('status')).toMatchObject({ status: 1, stderr: 'no AWS Region: set AWS_REGION or pass --region\n' });
});

test('a reader that has read enough ends the command without a word', () => {
  const { stderr } = spawnSync('sh', ['-c', 'node_modules/.bin/ts-node scripts/cli.ts cost | true'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
});

test.each([
  [['cost', '--config', '{"kit":"team-b"}'], 'but "mlkit" was chosen'],
  [['cost', '--config', 'null'], '--config must be a JSON object'],
  [['cost', '--config', '{"gate":{"gateDays":3}}'], 'gate.gateDays'],
])('%j was asked for wrongly: exit code 2', (args, sentence) => {
  expect(cli(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(sentence) });
});

describe('the file of predict', () => {
  const folder = mkdtempSync(join(tmpdir(), 'predict-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['none', undefined, 'cannot be read: ENOENT'],
    ['empty', '', 'is empty: it must hold JSON'],
    ['a mistake', '\uFEFF{\n  "a": 1,\n}', 'is not JSON: line 3, column 1: '],
  ])('%s is refused by its name', (name, text, sentence) => {
    const file = join(folder, `${name}.json`);
    if (text !== undefined) writeFileSync(file, text);
    expect(cli('--region', 'us-east-1', 'predict', file)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${file} ${sentence}`),
    });
  });
});

test('docs/cli.md has a chapter for every command, and no other', () => {
  const chapters = [...readFileSync(join(ROOT, 'docs/cli.md'), 'utf8').matchAll(/^## (\S+)$/gm)].map(
    ([, name]) => name,
  );
  expect(chapters.sort()).toEqual(program.commands.map((command) => command.name()).sort());
});

describe('rehearse', () => {
  test.each([
    [['--config', '{"kit":"team-b"}'], 'the configuration says kit "team-b", but "mlkit" was chosen'],
    [['--config', '{"monitoring":{"windowDays":0}}'], 'monitoring.windowDays'],
    [['--through', '2012-01'], '--through 2012-01: it must be '],
  ])('%j is refused before an engine starts', (args, sentence) => {
    expect(cli('rehearse', '--scenario', 'loop', ...args)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(sentence),
    });
  });
});
