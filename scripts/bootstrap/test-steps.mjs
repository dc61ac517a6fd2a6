import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

// What `npm test` runs, those of one core side by side. A step passes when each of its commands ends with 0.

// Named one by one: Node 20 takes no glob, and newer ones take no folder.
const bootstrapTests = readdirSync(join(ROOT, 'test/bootstrap')).map((file) => `test/bootstrap/${file}`);

// The short scenarios, on one deployment, and the opt-in rooms on another; the storm comes first, because it counts every decision of the guard.
const REHEARSAL = 'storm,operations,bad-release';
// A folder below datasets/ is all that differs.
const SECOND_DATASET = '{"dataset":"tool-hire"}';

export const TEST_STEPS = [
  // First, because half of it is waiting: the cheap ones run in its pauses.
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
  // A file of tests stays with one process: its engine, session of Spark and trained model are made once.
  { name: 'pytest', cores: 2, commands: [['pytest', '--numprocesses', '2', '--dist', 'loadfile']] },
];
