/** The pages of the rooms: what people wrote beside the excerpts belongs to them, and every reason can be followed. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roomNames, rooms } from '../lib/rooms';
import { excerptOf } from '../scripts/docs/blocks';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** A page of an opt-in room may be its reference alone. */
const pages = rooms
  .map(({ name, optIn }) => ({ name, optIn, page: read(`docs/rooms/${name}.md`) }))
  .filter(({ optIn, page }) => !optIn || /^## (?!mlkit-)/m.test(page))
  .map(({ name, page }) => [name, page] as const);

/** What a page shows: each excerpt with the rows of the table after it. */
function shown(page: string) {
  return page
    .split('<!-- generated: excerpt ')
    .slice(1)
    .map((part) => {
      const [reference = ''] = part.split(' -->');
      const [code = '', after = ''] = part.split('<!-- end -->');
      const [head = '', , ...rows] = after
        .split(/\n## |<!-- generated/)[0]!
        .split('\n')
        .filter((line) => line.startsWith('|'));
      const cells = (row: string) =>
        row
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim());
      return { reference, code, head: cells(head), rows: rows.map(cells) };
    });
}

/** What a row must name: its words in code, an ellipsis standing for anything. */
const isIn = (setting: string, code: string) => {
  const words = [...setting.matchAll(/`([^`]+)`/g)].flatMap(([, word = '']) => word.split('…'));
  return words.length > 0 && words.every((word) => code.includes(word.replaceAll('\\|', '|').trim()));
};

/** Sources that a reason can refer to: a decision, a fact, another page, or a day. */
const isFounded = (reason: string) => /\]\((?:\.\.\/|https:|\w+\.md)|\b20\d\d-\d\d-\d\d\b/.test(reason);

describe.each(pages)('%s', (name, page) => {
  const excerpts = shown(page);

  test('has the parts of a page', () => {
    for (const heading of ['Change it', 'Remove it', 'Where to look on AWS', 'Lab, exam, lens', 'Three questions'])
      expect(page).toContain(`\n## ${heading}\n`);
    expect(page.match(/<details><summary>[^<]+\?<\/summary>/g)).toHaveLength(3);
    expect(page).toContain('<details><summary>Reference</summary>\n\n');
    expect(page.match(/npx cdk diff/g)).toHaveLength(1);
    expect(excerpts.length).toBeGreaterThanOrEqual(rooms.find((room) => room.name === name)!.optIn ? 2 : 3);
    expect(excerpts.length).toBeLessThanOrEqual(6);
  });

  test('each excerpt is followed by what is set, why, instead of what, and what AWS answers', () => {
    for (const { reference, code, head, rows } of excerpts) {
      expect([reference, ...head]).toEqual([
        reference,
        'setting',
        'why',
        'instead of',
        'what AWS answers when it is wrong',
      ]);
      expect(rows.length).toBeGreaterThan(0);
      expect(
        rows.filter(([setting = '']) => !isIn(setting, code)).map(([setting]) => `${reference}: ${setting}`),
      ).toEqual([]);
    }
  });

  test('every reason is a sentence with a link or a day, and no cell is empty', () => {
    const rows = excerpts.flatMap((one) => one.rows);
    expect(rows.filter(([, why = '']) => !isFounded(why) || !/[.)]$/.test(why) || why.length < 40)).toEqual([]);
    expect(rows.filter((cells) => cells.length !== 4 || cells.includes(''))).toEqual([]);
  });

  test('practices are those of the current lens, and tasks those of the exam', () => {
    const [, table = ''] = page.split('## Lab, exam, lens');
    expect(table).toMatch(/\| exam MLA-C01 \| Task [1-4]\.[1-4] /);
    expect(table).toMatch(/\bML(OPS|SEC|REL|PERF|COST|SUS)0\d-BP\d\d /);
  });
});

test('every region of lib is shown on a page', () => {
  const sources = execFileSync('git', ['ls-files', '--', 'lib', 'lambda'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path.endsWith('.ts'));
  const regions = sources.flatMap((path) => [
    ...new Set([...read(path).matchAll(/\/\/ #region (\S+)/g)].map(([, name]) => `${path}#${name}`)),
  ]);
  const used = pages.flatMap(([, page]) => shown(page).map(({ reference }) => reference));
  expect(regions.length).toBeGreaterThan(10);
  expect(regions.filter((region) => !used.includes(region))).toEqual([]);
});

test('a region keeps its own indentation, joins its places and leaves out other marks', () => {
  const source = [
    '  // #region a',
    '  x {',
    '    // #region b',
    '    y',
    '    // #endregion b',
    '  }',
    '  // #endregion a',
    'z',
    '// #region a',
    'w',
    '// #endregion a',
    '',
  ].join('\n');
  expect(excerptOf(source, 'a')).toEqual(['x {', '  y', '}', '// …', 'w']);
  expect(excerptOf('def f(a):\n    return a\n\n\ndef g():\n', 'f')).toEqual(['def f(a):', '    return a']);
  expect(excerptOf(source, 'c')).toBeUndefined();
});

/** Phrases that take a line and say nothing which the property does not say. */
const FILLERS = [
  /\bA text[;,.]/,
  /\b[Tt]he function behind it\b/,
  /\b[Ii]ts own\.$/,
  /\bas the name says\b/i,
  /\bfor (?:obvious|various) reasons\b/i,
  /\bbest practice\b/i,
  /\bin order to\b/i,
  /\bIt is (?:important|worth noting|recommended)\b/i,
  /\bsimply\b/i,
  /\bplease note\b/i,
  /\b(?:powerful|seamless|robust|leverage|easily)\b/i,
  /\bNobody watches them\b/,
  /\bThe CDK's own function\b/,
];

test('no page and no reason of a resource fills a line', () => {
  const texts = [
    ...pages.map(([room, page]) => [`docs/rooms/${room}.md`, page] as const),
    ...['shared', ...roomNames].map((room) => [`lib/${room}/notes.ts`, read(`lib/${room}/notes.ts`)] as const),
  ];
  const found = texts.flatMap(([path, text]) =>
    FILLERS.filter((filler) => filler.test(text)).map((filler) => `${path}: ${filler.source}`),
  );
  expect(found).toEqual([]);
});
