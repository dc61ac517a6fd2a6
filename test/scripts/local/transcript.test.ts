/** The local account as its page shows it: the commands are typed, and what they show is looked for. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfRepository } from '../../../scripts/shared/copy';
import { missing, regionsOf, Shell, type Step, stepsOf } from '../../support/transcript';
import { thorough } from '../../support/thorough';

const root = join(__dirname, '../../..');
const read = (document: string) => readFileSync(join(root, document), 'utf8');
const page = read('docs/local-account.md');
const clones: string[] = [];

afterAll(() => {
  for (const clone of clones) {
    const file = join(clone, '.local/account.json');
    if (existsSync(file)) {
      const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number };
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // It has been stopped, as the page says.
      }
    }
    rmSync(clone, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** Types the steps in a clone of its own, and says what was not seen. */
async function typed(steps: readonly Step[]) {
  const clone = copyOfRepository();
  clones.push(clone);
  const hasAws = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'aws')));
  const asked = steps.filter(({ command }) => hasAws || !command.startsWith('aws '));
  const ran = await new Shell(clone).type(asked);
  const wrong = ran.flatMap(({ command, expected, output, status }) => {
    const lacking = missing(expected, output);
    return status === 0 && lacking.length === 0 ? [] : [{ command, status, lacking, output: output.slice(-3000) }];
  });
  return { wrong, notReached: asked.slice(ran.length).map(({ command }) => command) };
}

const passed = { wrong: [], notReached: [] };

thorough(
  'a walk',
  async () => {
    const steps = regionsOf(page, 'transcript').flatMap(stepsOf);
    expect(steps.length).toBeGreaterThan(5);
    expect(await typed(steps)).toEqual(passed);
  },
  600_000,
);

thorough(
  'the whole way by the CDK CLI',
  async () => {
    expect(await typed(regionsOf(page, 'transcript: thorough').flatMap(stepsOf))).toEqual(passed);
  },
  1_200_000,
);

thorough(
  'the doors of the README, in an account that is new',
  async () => {
    const readme = read('README.md');
    const screen = regionsOf(readme, 'first screen')[0] ?? readme.slice(0, readme.indexOf('\n## '));
    const [start, source, stop] = ['npm run local -- --empty', 'source .local/env', 'npm run local -- stop'].map(
      (command) => ({ command, expected: [] }),
    );
    const steps = stepsOf(screen).map(({ command, ...step }) => ({
      ...step,
      // Nobody is there to say yes to changes of permissions.
      command: command.replace('cdk deploy', 'cdk deploy --require-approval never'),
    }));
    expect(steps.length).toBeGreaterThan(2);
    expect(await typed([start!, source!, ...steps, stop!])).toEqual(passed);
  },
  1_200_000,
);

describe('the reader of transcripts', () => {
  const steps = stepsOf('```console\n$ one  # why\nis … seen\n$ two\n```\n');

  test('takes commands, without what is said to the reader, and what they show', () => {
    expect(steps).toEqual([
      { command: 'one', expected: ['is … seen'] },
      { command: 'two', expected: [] },
    ]);
  });

  test('says what was not seen', () => {
    expect(missing(steps[0]!.expected, 'first\n  is surely seen.\n')).toEqual([]);
    expect(missing(steps[0]!.expected, 'is\nseen')).toEqual(['is … seen']);
  });
});
