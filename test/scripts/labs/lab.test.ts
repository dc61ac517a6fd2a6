import { parseLab, parseStates } from '../../../scripts/labs/lab';

const hints = [1, 2, 3].map((n) => `<details>\n<summary>Hint ${n}</summary>\n\nhint ${n}\n\n</details>`).join('\n');
const text = (body: string, front = '') => `---
title: A lab
minutes: 20
profile: sandbox
rooms: [etl]
exam: [1.1, 1.2]
lens: []
topics: [drift]
needs: [0]
begins: serving
${front}---

# A lab

${body}
`;
const block = (kind: string, body: string) => `\`\`\`${kind}\n${body}\n\`\`\`\n`;
const turn = block('your-turn', '$ check');
const parsed = (body: string, front?: string) => parseLab('docs/labs/03-a-lab.md', text(body + turn + hints, front));

test('facts, blocks in their order, and hints', () => {
  const body = [
    block('console', '$ one\nprinted\n\n$ two \\\n  more\nlast'),
    block('sh', '$ not of the lab'),
    block('diff lib/a.ts', ' kept\n-old\n+new'),
    block('break-it', '$ three\nrefused'),
    block('undo', '$ four'),
  ].join('\n');
  const lab = parsed(body);
  expect(lab).toMatchObject({
    number: 3,
    title: 'A lab',
    minutes: 20,
    exam: ['1.1', '1.2'],
    lens: [],
    begins: 'serving',
  });
  expect(lab.blocks.map(({ kind }) => kind)).toEqual(['console', 'edit', 'break-it', 'undo', 'your-turn']);
  expect(lab.blocks[0]).toMatchObject({
    commands: [
      { text: 'one', expected: ['printed', ''] },
      { text: 'two \\\n  more', expected: ['last'] },
    ],
  });
  expect(lab.blocks[1]).toMatchObject({ path: 'lib/a.ts', before: 'kept\nold\n', after: 'kept\nnew\n' });
  expect(lab.hints).toEqual(['hint 1', 'hint 2', 'hint 3']);
});

test('a command has the number of its line', () => {
  const [first] = parsed(block('console', '$ one\nprinted\n$ two')).blocks;
  const lines = text(block('console', '$ one\nprinted\n$ two')).split('\n');
  const commands = first?.kind === 'console' ? first.commands : [];
  expect(commands.map(({ line }) => lines[line - 1])).toEqual(['$ one', '$ two']);
});

test.each([
  ['without front matter', () => parseLab('l.md', '# A lab'), 'l.md:1: the front matter'],
  [
    'with an unknown key',
    () => parsed('', 'price: 3\n'),
    'docs/labs/03-a-lab.md:11: "price: 3" is no line of the front matter',
  ],
  [
    'with a block that begins with no command',
    () => parsed(block('console', 'one')),
    'a block begins with a command after "$ ", not with "one"',
  ],
  ['with two tasks', () => parsed(turn), 'a lab has one block your-turn, and this one has 2'],
  ['with two hints', () => parseLab('l.md', text(turn + hints.replace('Hint 3', 'Help'))), 'this one has 2'],
])('a lab %s is refused', (_, parse, why) => expect(parse).toThrow(why));

test('a state without a block is refused by its name', () => {
  const state = `# States\n\n## serving\n\n${block('console', '$ status')}${block('seed', '$ local')}`;
  expect(() => parseStates('states.md', state)).toThrow('states.md:3: the state serving has no block seed-on-aws');
  expect(parseStates('states.md', state + block('seed-on-aws', '$ up'))).toMatchObject([
    { name: 'serving', check: [{ text: 'status' }], seed: [{ text: 'local' }], seedOnAws: [{ text: 'up' }] },
  ]);
});
