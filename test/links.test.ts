/** Links between the documents of the repository lead to files and headings that are there. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { stands } from '../scripts/labs/exam';

const root = join(__dirname, '..');
const documents = execFileSync('git', ['ls-files', '--', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

/** Targets below the root of the repository; addresses of the web are left out. */
function linksOf(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) =>
    /^\w+:/.test(target) ? [] : [target.startsWith('#') ? document + target : normalize(join(document, '..', target))],
  );
}

test.each(documents)('every link of %s leads somewhere', (document) => {
  expect(linksOf(document).filter((target) => !stands(target.replace(/\/$/, ''), root))).toEqual([]);
});
