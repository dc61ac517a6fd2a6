import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

// Steps of `npm test`; steps of one core run in parallel. A step passes when each of its commands exits with 0.

// Named one by one, because Node 20 accepts no glob, and newer versions accept no folder.
const bootstrapTests = readdirSync(join(ROOT, 'test/bootstrap')).map((file) => `test/bootstrap/${file}`);

// The short scenarios on one deployment, and the opt-in rooms on another. The storm comes first, because it counts all decisions.
const REHEARSAL = 'storm,operations,bad-release';
const SECOND_DATASET = '{"dataset":"tool-hire"}';

export const TEST_STEPS = [
  // First, because half of it is waiting, during which cheap steps run.
  {
    name: 'rehearse',
    cores: 1,
    commands: [[REHEARSAL], ['rooms'], ['loop', '--config', SECOND_DATASET]].map((scenario) => [
      'ts-node',
      'scripts/cli.ts',
      'rehearse',
      '--scenario',
      ...scenario,
    ]),
  },
  { name: 'format', cores: 1, commands: [['prettier', '--check', '--log-level', 'warn', '.']] },
  { name: 'lint', cores: 1, commands: [['eslint', '.']] },
  { name: 'templates', cores: 1, commands: [['ts-node', 'scripts/templates/index.ts']] },
  { name: 'types', cores: 1, commands: [['tsc', '--noEmit']] },
  { name: 'bootstrap', cores: 1, commands: [[process.execPath, '--test', '--test-reporter=dot', ...bootstrapTests]] },
  {
    name: 'ruff',
    cores: 1,
    commands: [
      ['ruff', 'check', '--quiet', '.'],
      ['ruff', 'format', '--check', '--quiet', '.'],
    ],
  },
  { name: 'mypy', cores: 1, commands: [['mypy']] },
  { name: 'jest', cores: 2, commands: [['jest', '--ci']] },
  // One process per test file, because engine, Spark session and trained model are created once per process.
  { name: 'pytest', cores: 2, commands: [['pytest', '--numprocesses', '2', '--dist', 'loadfile']] },
];
