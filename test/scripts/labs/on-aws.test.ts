import { tmpdir } from 'node:os';
import type { Block, Command, Lab, State } from '../../../scripts/labs/lab';
import { blockOnAws, commandsOnAws, playOnAws } from '../../../scripts/labs/on-aws';
import { online } from '../../../scripts/labs/shell';

const place = { account: '111122223333', region: 'eu-west-1' };
const command = (text: string, ...expected: string[]): Command => ({ text, expected, line: 7 });
const blocks = (kind: 'console' | 'break-it' | 'your-turn' | 'undo', ...commands: Command[]): Block => ({
  kind,
  commands,
  line: 6,
});
const state: State = {
  name: 'serving',
  check: [command('status', 'version 1')],
  seed: [command('npm run local')],
  seedOnAws: [command('up'), command('train')],
};
const lab = (...all: Block[]) => ({ file: 'docs/labs/03-a.md', title: 'A', blocks: all }) as Partial<Lab> as Lab;

/** An account in which `train` makes the state. */
function ground(printed: Record<string, string>, isThere = false) {
  const typed: string[] = [];
  const said: string[] = [];
  return {
    typed,
    said,
    folder: tmpdir(),
    place,
    out: { line: (text: string) => said.push(text), progress: () => undefined },
    async type({ text }: Command) {
      typed.push(text);
      if (text === 'status') return { printed: isThere || typed.includes('train') ? 'version 1' : 'none', code: 0 };
      const output = printed[text] ?? '';
      return { printed: output.replace(/^!/, ''), code: output.startsWith('!') ? 1 : 0 };
    },
  };
}

test('account and Region are those of AWS, waits have no limit, and the local account is left out', () => {
  const here = [
    command('npm run local -- stop', 'gone'),
    command('npm run --silent local -- status'),
    command('ask', 'arn:aws:sts::123456789012:x in us-east-1', '{seconds: 0..60} s', '{auc: 0.7..0.8}'),
  ];
  expect(commandsOnAws(here, place)).toEqual([
    command('ask', 'arn:aws:sts::111122223333:x in eu-west-1', '{number} s', '{auc: 0.7..0.8}'),
  ]);
  expect(blockOnAws(blocks('undo', here[0]!), place)).toBeUndefined();
  expect(blockOnAws({ ...blocks('console', here[2]!), only: 'local' } as Block, place)).toBeUndefined();
});

test('the state is made by the commands of AWS where it is not there, and by none where it is', async () => {
  const empty = ground({});
  await playOnAws(lab(), state, empty);
  expect(empty.typed).toEqual(['status', 'up', 'train', 'status']);
  const there = ground({}, true);
  await playOnAws(lab(), state, there);
  expect(there.typed).toEqual(['status']);
});

test('blocks are held to what they say, and an open task is the learner’s', async () => {
  const played = lab(
    blocks('console', command('load', '{int} rows')),
    blocks('break-it', command('bad', 'refused')),
    blocks('your-turn', command('check', 'done')),
    blocks('undo', command('tidy')),
  );
  const open = ground({ load: '3 rows', bad: '!refused', check: 'open' }, true);
  await playOnAws(played, state, open);
  expect(open.typed).toEqual(['status', 'load', 'bad', 'check', 'tidy']);
  expect(open.said[0]).toMatch(
    /^the task is open: docs\/labs\/03-a.md:7: check\n {2}expected {2}done\n {2}found {5}open/,
  );
  const done = ground({ load: '3 rows', bad: '!refused', check: 'done' }, true);
  await playOnAws(played, state, done);
  expect(done.said).toEqual(['done: A']);
  await expect(playOnAws(played, state, ground({ load: 'no rows', bad: '!refused' }, true))).rejects.toThrow(
    'expected  {int} rows\n  found     no rows',
  );
});

test('the environment leads to the confirmed account and to nothing else', () => {
  const env = online(
    {
      HOME: '/h',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_PROFILE: 'other',
      KIT_LOCAL: '/l',
      HTTPS_PROXY: 'http://proxy',
    },
    { AWS_ACCESS_KEY_ID: 'A', AWS_REGION: 'eu-west-1', KIT_ACCOUNT: '111122223333' },
  );
  expect(env).toMatchObject({
    HOME: '/h',
    HTTPS_PROXY: 'http://proxy',
    AWS_ACCESS_KEY_ID: 'A',
    AWS_DEFAULT_REGION: 'eu-west-1',
    KIT_ACCOUNT: '111122223333',
    KIT_AWS: '1',
  });
  expect(Object.keys(env)).toEqual(expect.not.arrayContaining(['AWS_ENDPOINT_URL', 'AWS_PROFILE', 'KIT_LOCAL']));
});
