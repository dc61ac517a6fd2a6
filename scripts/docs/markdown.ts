/** What the generated pages are written with. */

/** A table, or nothing when it has no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return ['', line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** Text as code, so that `<Region>` is no tag and `*` no emphasis; nothing stays nothing. */
export const code = (text: string) => (text === '' ? '' : `\`${text}\``);

/** The lines as a file: no two empty ones in a row, one newline at the end. */
export const pageOf = (lines: readonly string[]) =>
  `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;

/** `Map.groupBy`, which Node 20 lacks. */
export function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
