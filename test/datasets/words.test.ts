/** What the kit is made of knows no dataset: none of the words of the flights stands in it. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../../scripts/shared/copy';

const root = join(__dirname, '../..');
const WORDS = /\b(flights?|carriers?|airports?|nycflights\w*|dep_delay|tailnum)\b/i;

/** `file: line` -> why the word must stand there. */
const ALLOWED: Record<string, string> = {};

test('no line of the product, the commands or the engine has a word of the flights', () => {
  const folders = ['lib', 'lambda', 'jobs', 'scripts', 'engine', 'bin', 'schema'];
  const found = git(root, 'ls-files', '--cached', '--others', '--exclude-standard', ...folders)
    // jobs/common/dataset.json is a link to the default dataset, and files that are deleted may still be in the index.
    .filter((file) => lstatSync(join(root, file), { throwIfNoEntry: false })?.isFile())
    .flatMap((file) =>
      [file, ...readFileSync(join(root, file), 'utf8').split('\n')]
        .filter((line) => WORDS.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(found.filter((line) => !(line in ALLOWED))).toEqual([]);
  expect(Object.keys(ALLOWED).filter((line) => !found.includes(line))).toEqual([]);
});
