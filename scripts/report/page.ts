/** HTML of the report: one file, no script, no request to anywhere. */

export type Cell = string | number | null | undefined;

export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
}

const format = (cell: Cell): string => {
  if (cell === null || cell === undefined) return '–';
  return typeof cell === 'number' && !Number.isInteger(cell) ? cell.toFixed(3) : escape(String(cell));
};

export function table(head: string[], rows: Cell[][]): string {
  if (rows.length === 0) return '<p class="none">none</p>';
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell) => `<td${typeof cell === 'number' ? ' class="n"' : ''}>${format(cell)}</td>`).join('')}</tr>`,
  );
  return `<table><thead><tr>${head.map((h) => `<th>${escape(h)}</th>`).join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

/** Figures by name as `name n, …`, zeros left out. */
export const counts = (by: Record<string, number>) =>
  Object.entries(by)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');

export function section(title: string, note: string, ...body: string[]): string {
  return `<section><h2>${escape(title)}</h2>${note === '' ? '' : `<p>${escape(note)}</p>`}${body.join('\n')}</section>`;
}

export function page(title: string, lead: string, sections: string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .3rem; border-bottom: 1px solid #d8dee6; }
table { border-collapse: collapse; font-size: .85rem; margin: .6rem 0; } th, td { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid #e6eaf0; vertical-align: top; }
td:first-child, td.n { white-space: nowrap; } td.n { text-align: right; font-variant-numeric: tabular-nums; } th { background: #f3f6fa; } .none { color: #7a8594; } svg { max-width: 100%; height: auto; }
.status { font-weight: 600; } details summary { cursor: pointer; color: #345; }
</style></head><body><h1>${escape(title)}</h1><p class="status">${escape(lead)}</p>
${sections.join('\n')}
</body></html>
`;
}
