import { mismatch } from '../../../scripts/labs/match';

test.each([
  ['the same text', ['champion  version 1'], 'champion  version 1\n'],
  ['columns that shifted', ['AUC  0.72'], 'AUC       0.72'],
  ['empty lines and indentation', ['first', '', 'second'], '\n  first\n\nsecond\n\n'],
  ['colours, and a progress line that was written anew', ['done'], 'at 1 of 2\r\u001b[2K\u001b[32mdone\u001b[0m\n'],
  ['skipped lines at both ends', ['…', 'middle', '…'], 'before\nmiddle\nafter\nlast'],
  ['skipped lines that are none', ['first', '…', 'last'], 'first\nlast'],
  ['a line that also stands earlier', ['…', 'again', 'last'], 'again\nagain\nlast'],
  ['whole numbers', ['{int} bytes'], '7,382,853 bytes'],
  ['numbers', ['{number} {number}'], '-0.0042 5e-05'],
  ['a range, and its ends', ['{auc: 0.70..0.74} in [{-1..0}, {0..1}]'], '0.74 in [-0.1, 0]'],
  ['a sign before a number', ['gain {gain: 0.01..0.02}, {int}, {number}'], 'gain +0.0108, +3, +0.5'],
  ['any text', ['prepare   FAILED, {*}'], 'prepare   FAILED, 306f6d7e'],
  ['braces that are no placeholder', ['{"in": 3, "out": {int}}'], '{"in": 3, "out": 2}'],
])('%s fits', (_, expected, printed) => expect(mismatch(expected, printed)).toBeUndefined());

test.each([
  ['another text', ['version 1'], 'version 2', { expected: 'version 1', found: 'version 2' }],
  [
    'a number outside its range',
    ['AUC {auc: 0.70..0.74}'],
    'AUC 0.69',
    { found: 'AUC 0.69 (auc is 0.69, not within 0.7 to 0.74)' },
  ],
  ['a fraction where a whole number is due', ['{int} rows'], '1.5 rows', { found: '1.5 rows' }],
  ['a line that did not come', ['first', 'second'], 'first', { expected: 'second', found: 'nothing more' }],
  ['a line that nobody expects', ['first'], 'first\nsecond', { expected: 'nothing more', found: 'second' }],
  ['nothing', ['…', 'first'], '', { expected: 'first', found: 'nothing more' }],
  [
    'a skipped part with a similar line in it',
    ['…', 'rows curated 3'],
    'Bundling\nrows curated 4\nend',
    { expected: 'rows curated 3', found: 'rows curated 4' },
  ],
  [
    'a skipped part without a similar line',
    ['…', '[~] AWS::Athena::WorkGroup Workgroup'],
    'start: Publishing Template of Athena\nno differences',
    { expected: '[~] AWS::Athena::WorkGroup Workgroup', found: 'no line like it' },
  ],
])('%s is shown beside what was expected', (_, expected, printed, shown) =>
  expect(mismatch(expected, printed)).toMatchObject(shown),
);
