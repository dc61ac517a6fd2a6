/** What `npm run docs` writes is what lies in docs/: the pages show the default deployment, with its tables and sizes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documents } from '../../../scripts/docs';

const root = join(__dirname, '../../..');
let generated: Map<string, string>;
beforeAll(async () => {
  generated = await documents();
  // Some fifteen syntheses, on a machine that runs other test files beside.
}, 240_000);

test('every generated document is current: else run npm run docs', () => {
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);
  const stale = [...generated].filter(([path, text]) => read(path) !== text);
  expect(stale.map(([path]) => `${path}: run npm run docs`)).toEqual([]);
});

test('docs/rooms holds no page that nothing writes any more', () => {
  const pages = readdirSync(join(root, 'docs/rooms')).map((name) => `docs/rooms/${name}`);
  expect(pages.filter((page) => !generated.has(page))).toEqual([]);
});

test('the pages change with infrastructure, not with the text of a program', () => {
  for (const text of generated.values()) expect(text).not.toMatch(/[0-9a-f]{32}/);
});
