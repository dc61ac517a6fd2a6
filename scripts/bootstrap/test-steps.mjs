import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

// What `npm test` runs, in order, cheapest first. A step passes when every one of its commands ends with 0.

// Named one by one: Node 20 takes no glob, and newer ones take no folder.
const bootstrapTests = readdirSync(join(ROOT, 'test/bootstrap')).map((file) => `test/bootstrap/${file}`);

// The short scenarios; `npm run rehearse` alone plays the long one.
const REHEARSALS = ['storm', 'bad-release', 'operations'];

export const TEST_STEPS = [
  { name: 'format', commands: [['prettier', '--check', '--log-level', 'warn', '.']] },
  { name: 'lint', commands: [['eslint', '.']] },
  { name: 'types', commands: [['tsc', '--noEmit']] },
  { name: 'bootstrap', commands: [[process.execPath, '--test', '--test-reporter=dot', ...bootstrapTests]] },
  { name: 'jest', commands: [['jest', '--ci']] },
  {
    name: 'ruff',
    commands: [
      ['ruff', 'check', '--quiet', '.'],
      ['ruff', 'format', '--check', '--quiet', '.'],
    ],
  },
  { name: 'mypy', commands: [['mypy']] },
  { name: 'pytest', commands: [['pytest']] },
  ...REHEARSALS.map((scenario) => ({
    name: `rehearse:${scenario}`,
    commands: [['ts-node', 'scripts/cli.ts', 'rehearse', '--scenario', scenario]],
  })),
];
