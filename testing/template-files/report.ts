/** A report as text for a terminal and as a comment on a pull request. */
import { Writable } from 'node:stream';
import { formatDifferences, formatSecurityChanges, fullDiff } from '@aws-cdk/cloudformation-diff';
import { ACCEPTED, rowsFor } from './accepted';
import type { Report } from './compare';
import type { Variants } from './files';

/** First line of the comment, by which the workflow finds its earlier one. */
export const MARKER = '<!-- template-files -->';
/** Most lines of a comment: it is read without scrolling. */
const LINES = 15;
/** Lines of marker, title and the empty one. */
const HEADER = 3;
/** Most lines about what is missing for a green check. */
const FOOTER = 6;
/** Characters of an item. */
const WIDTH = 400;

const HEADS: Record<Report[number]['kind'], string> = {
  'loses data': '**Loses data**',
  'wider grant': '**Wider grant**',
  remark: '',
  gone: 'Removed',
  replaced: 'Replaced',
  new: 'New',
  changed: 'Changed',
  renamed: 'Renamed',
  follows: 'Follows',
};

function lineOf({ kind, stack, resource, text, only }: Report[number], code: (name: string) => string): string {
  const name = [stack, resource].filter((part) => part !== '').join('/');
  const where = only.length === 0 ? '' : ` (${only.join(', ')})`;
  return `${[HEADS[kind], name === '' ? '' : code(name)].filter((part) => part !== '').join(' ')}${kind === 'remark' ? '' : ': '}${text}${where}`;
}

/**
 * At most fifteen lines; empty where nothing differs.
 * @param open findings that `accepted.md` does not accept yet
 * @param stale whether the files of the branch are not what its app synthesizes
 */
export function markdown(report: Report, open: Report, folder: string, stale: boolean): string {
  if (report.length === 0) return '';
  const stacks = [...new Set(report.map(({ stack }) => stack).filter((stack) => stack !== ''))];
  const title = `### Templates: ${stacks.map((stack) => `\`${stack}\``).join(', ')}`;
  const needed = rowsFor(open);
  const footer = [
    ...(stale ? ['', `The check fails until \`--update\` has written \`${folder}/\`.`] : []),
    ...(needed.length === 0
      ? []
      : [
          '',
          `The check fails until \`${folder}/${ACCEPTED}\` has these rows, with date and reason:`,
          ...needed.map((row) => `- \`${row}\``),
        ]),
  ].slice(0, FOOTER);
  const room = LINES - HEADER - footer.length;
  const items = shortened(report).map((text) => `- ${text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text}`);
  const shown =
    items.length <= room
      ? items
      : [...items.slice(0, room - 1), `- and ${items.length - room + 1} more: the log has them`];
  return `${[MARKER, title, '', ...shown, ...footer].join('\n')}\n`;
}

/** Kinds for which a list of names is enough: one line for each stack. */
const LISTED: readonly string[] = ['gone', 'new', 'renamed'];
/** Most names of such a list. */
const NAMED = 4;

function shortened(report: Report): string[] {
  const groups = new Map<string, Report[number][]>();
  for (const finding of report) {
    const { kind, stack, only } = finding;
    const key =
      kind === 'follows' ? kind : LISTED.includes(kind) ? JSON.stringify([kind, stack, only]) : JSON.stringify(finding);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    if (first!.kind === 'follows')
      return `Refer to a resource with a new name: ${[...new Set(group.map(({ stack }) => `\`${stack}\``))].join(', ')}`;
    if (group.length === 1 && first!.kind !== 'renamed') return lineOf(first!, (name) => `\`${name}\``);
    const names = group.map(
      ({ kind, resource, text }) => `\`${resource}\` ${kind === 'renamed' ? `→ \`${text}\`` : `(${text})`}`,
    );
    const more = names.length > NAMED ? [`${names.length - NAMED} more`] : [];
    const where = first!.only.length === 0 ? '' : ` (${first!.only.join(', ')})`;
    return `${HEADS[first!.kind]} \`${first!.stack}\`: ${[...names.slice(0, NAMED), ...more].join(', ')}${where}`;
  });
}

/** The whole report: the output of `cdk diff` for each stack in the first variant that differs so, then the findings. */
export function plain(report: Report, open: Report, folder: string, before: Variants, after: Variants): string {
  const seen = new Set<string>();
  const parts: string[] = [];
  for (const variant of Object.keys(after))
    for (const stack of new Set([...Object.keys(before[variant] ?? {}), ...Object.keys(after[variant]!)])) {
      const diff = fullDiff(before[variant]?.[stack] ?? {}, after[variant]![stack] ?? {});
      const text = written((stream) => {
        if (diff.permissionsAnyChanges) formatSecurityChanges(stream, diff);
        formatDifferences(stream, diff);
      });
      if (diff.isEmpty || seen.has(text)) continue;
      seen.add(text);
      parts.push(`Stack ${stack} (${variant})\n${text}`);
    }
  const lines = report.map((finding) => lineOf(finding, (name) => name).replaceAll('**', ''));
  const needed = rowsFor(open);
  if (needed.length > 0) lines.push('', `${folder}/${ACCEPTED} must have these rows, with date and reason:`, ...needed);
  return [...parts, ...lines, ''].join('\n');
}

function written(write: (stream: Writable) => void): string {
  let text = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  write(stream);
  return text;
}
