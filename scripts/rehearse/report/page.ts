/** HTML of the report: one file, without scripts or external requests. */

export type Cell = string | number | null | undefined;

export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
}

const format = (cell: Cell): string => {
  if (cell === null || cell === undefined) return '–';
  return typeof cell === 'number' && !Number.isInteger(cell) ? cell.toFixed(3) : escape(String(cell));
};

const classOf = (cell: Cell): string => {
  if (typeof cell === 'number') return ' class="n"';
  return typeof cell === 'string' && cell.length > 40 ? ' class="long"' : '';
};

/** Visible rows of a table; the others are folded. */
const AT_A_GLANCE = 10;

/** A table that folds after ten rows. */
export function table(head: string[], rows: Cell[][]): string {
  if (rows.length === 0) return '<p class="none">none</p>';
  const [seen, others] = [rows.slice(0, AT_A_GLANCE), rows.slice(AT_A_GLANCE)];
  const rest = others.length === 0 ? '' : details(`${others.length} more`, whole(head, others));
  return `<div class="table">${whole(head, seen)}${rest}</div>`;
}

/** A table that is folded completely. */
export const folded = (title: string, head: string[], rows: Cell[][]): string =>
  `<div class="table">${details(title, whole(head, rows))}</div>`;

const details = (title: string, body: string) => `<details><summary>${escape(title)}</summary>${body}</details>`;

function whole(head: string[], rows: Cell[][]): string {
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td${classOf(cell)}>${format(cell)}</td>`).join('')}</tr>`);
  return `<table><thead><tr>${head.map((h) => `<th>${escape(h)}</th>`).join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

/** Figures by name as `name n, …`, zeros left out. */
export const counts = (by: Record<string, number>) =>
  Object.entries(by)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');

export interface Section {
  title: string;
  html: string;
}

export function section(title: string, note: string, ...body: string[]): Section {
  return { title, html: `${note === '' ? '' : `<p>${escape(note)}</p>`}${body.join('\n')}` };
}

/** The report begins with a summary in sentences and a picture; the sections follow, each with a link at the top. */
export function page(
  title: string,
  verdict: { lead: string; sentences: string[]; picture: string },
  sections: Section[],
): string {
  const id = (section: Section) => section.title.toLowerCase().replaceAll(/\W+/g, '-');
  const links = sections.map((s) => `<a href="#${id(s)}">${escape(s.title)}</a>`).join(' · ');
  const body = sections.map((s) => `<section id="${id(s)}"><h2>${escape(s.title)}</h2>${s.html}</section>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .3rem; border-bottom: 1px solid #d8dee6; }
.table { display: grid; max-width: max-content; overflow-x: auto; margin: .6rem 0; } table { border-collapse: collapse; font-size: .85rem; width: 100%; }
th, td { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid #e6eaf0; vertical-align: top; }
td:first-child, td.n { white-space: nowrap; } td.n { text-align: right; font-variant-numeric: tabular-nums; } th { background: #f3f6fa; } .none { color: #7a8594; } svg { max-width: 100%; height: auto; } td.long { min-width: 14rem; } section { overflow-x: auto; } @media (max-width: 40rem) { section > svg { max-width: none; } }
.status { font-weight: 600; } .verdict { padding-left: 1.2rem; } .story { display: block; max-width: 52rem; margin: 1rem 0; } summary { cursor: pointer; color: #345; padding: .3rem 0; }
</style></head><body><h1>${escape(title)}</h1><p class="status">${escape(verdict.lead)}</p>
<ul class="verdict">${verdict.sentences.map((s) => `<li>${escape(s)}</li>`).join('\n')}</ul>
${verdict.picture}
<nav>Contents: ${links}</nav>
${body.join('\n')}
</body></html>
`;
}
