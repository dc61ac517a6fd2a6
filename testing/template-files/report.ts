/** A report as text for a terminal and as a comment on a pull request. */
import { Writable } from 'node:stream';
import { formatDifferences, formatSecurityChanges, fullDiff } from '@aws-cdk/cloudformation-diff';
import { ACCEPTED, rowsFor } from './accepted';
import type { Report } from './compare';
import type { Variants } from './files';

/** By which the workflow finds the comment that it wrote before. */
export const MARKER = '<!-- template-files -->';
/** A comment that nobody has to scroll through. */
const LINES = 15;

const HEADS: Record<Report[number]['kind'], string> = {
  'loses data': '**Loses data**',
  'wider grant': '**Wider grant**',
  remark: '',
  gone: 'Gone',
  replaced: 'Replaced',
  new: 'New',
  changed: 'Changed',
  follows: 'Follows',
};

function lineOf({ kind, stack, resource, text, only }: Report[number], code: (name: string) => string): string {
  const name = [stack, resource].filter((part) => part !== '').join('/');
  const where = only.length === 0 ? '' : ` (${only.join(', ')})`;
  return `${[HEADS[kind], name === '' ? '' : code(name)].filter((part) => part !== '').join(' ')}${kind === 'remark' ? '' : ': '}${text}${where}`;
}

/** At most fifteen lines; empty where nothing differs. @param open what `accepted.md` does not accept yet */
export function markdown(report: Report, open: Report, folder: string): string {
  if (report.length === 0) return '';
  const stacks = [...new Set(report.map(({ stack }) => stack).filter((stack) => stack !== ''))];
  const title = `### Templates: ${stacks.map((stack) => `\`${stack}\``).join(', ')}`;
  const needed = rowsFor(open);
  const footer =
    needed.length === 0 ? [] : ['', `Red until \`${folder}/${ACCEPTED}\` has, with its date and reason:`, ...needed];
  const room = LINES - 3 - Math.min(footer.length, 5);
  const items = shortened(report).map((text) => `- ${text.length > 400 ? `${text.slice(0, 400)}…` : text}`);
  const shown =
    items.length <= room
      ? items
      : [...items.slice(0, room - 1), `- and ${items.length - room + 1} more: the log has them`];
  return `${[MARKER, title, '', ...shown, ...footer.slice(0, 5)].join('\n')}\n`;
}

/** Kinds of which a list of names says enough are one line for each stack. */
function shortened(report: Report): string[] {
  const lines: string[] = [];
  const listed = new Set<string>();
  for (const finding of report) {
    const { kind, stack, only } = finding;
    const group = report.filter((each) => each.kind === kind && each.stack === stack && `${each.only}` === `${only}`);
    if ((kind !== 'gone' && kind !== 'new') || group.length === 1) {
      lines.push(lineOf(finding, (name) => `\`${name}\``));
      continue;
    }
    const key = JSON.stringify([kind, stack, only]);
    if (listed.has(key)) continue;
    listed.add(key);
    const names = group.map(({ resource, text }) => `\`${resource}\` (${text})`);
    const more = names.length > 4 ? [`${names.length - 4} more`] : [];
    const where = only.length === 0 ? '' : ` (${only.join(', ')})`;
    lines.push(`${HEADS[kind]} \`${stack}\`: ${[...names.slice(0, 4), ...more].join(', ')}${where}`);
  }
  return lines;
}

/** Everything: what `cdk diff` prints of each stack in the first variant that differs so, then the findings. */
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
  if (needed.length > 0) lines.push('', `${folder}/${ACCEPTED} must have, with its date and reason:`, ...needed);
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
