// What `npm test` runs, in order, cheapest first. A step passes when every one of its commands ends with 0.

export const TEST_STEPS = [
  { name: 'format', commands: [['prettier', '--check', '--log-level', 'warn', '.']] },
  { name: 'lint', commands: [['eslint', '.']] },
  { name: 'types', commands: [['tsc', '--noEmit']] },
  { name: 'bootstrap', commands: [[process.execPath, '--test', '--test-reporter=dot', 'test/bootstrap/']] },
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
];
