/** The step of .github/workflows/templates.yml that writes the comment, run with a `gh` that only notes how it is called. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MARKER } from '../../../testing/template-files/report';

const workflow = readFileSync(join(__dirname, '../../../.github/workflows/templates.yml'), 'utf8');
const [, block] = /run: \|\n([^]*?)\n {6}- /.exec(workflow)!;
const script = block!.replaceAll(/^ {10}/gm, '');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'comment-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What `gh` is asked for, besides the list of comments. */
function asked(comment: string, found: string): string {
  writeFileSync(join(folder, 'comment.md'), comment);
  writeFileSync(
    join(folder, 'gh'),
    '#!/bin/sh\ncase "$*" in *--jq*) printf "%s" "$FOUND" ;; *) echo "$*" >> calls ;; esac\n',
  );
  chmodSync(join(folder, 'gh'), 0o755);
  execFileSync('bash', ['-eo', 'pipefail', '-c', script], {
    cwd: folder,
    stdio: 'pipe',
    env: { PATH: `${folder}:${process.env.PATH}`, FOUND: found, COMMENTS: 'pull/comments', COMMENT: 'comments' },
  });
  const calls = join(folder, 'calls');
  return existsSync(calls) ? readFileSync(calls, 'utf8').trim() : '';
}

test.each([
  ['the first time', 'changed', '', 'api --method POST pull/comments --field body=@comment.md'],
  ['again', 'changed', '17\n23\n', 'api --method PATCH comments/17 --field body=@comment.md'],
  ['without a difference any more', '', '17\n', 'api --method DELETE comments/17'],
  ['without a difference', '', '', ''],
])('%s', (_, comment, found, call) => {
  expect(asked(comment, found)).toBe(call);
});

test('the comment is found by the line with which the report begins', () => {
  expect(script).toContain(`startswith("${MARKER}")`);
});
