/** HTML of the report: one file, without scripts or external requests. */
import { classOfVersion } from './colours';
import { STYLE } from './style';

/** A model version is shown in its colour. */
export type Cell = string | number | null | undefined | { version: number };

export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
}

export const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(3));

const format = (cell: Cell): string => {
  if (cell === null || cell === undefined) return '–';
  if (typeof cell === 'number') return figure(cell);
  return typeof cell === 'string' ? escape(cell) : named(cell.version);
};

/** A version as `v2`, in its colour. */
export const named = (version: number): string => `<span class="version ${classOfVersion(version)}">v${version}</span>`;

const classOf = (cell: Cell): string => {
  if (typeof cell === 'number') return ' class="n"';
  return typeof cell === 'string' && cell.length > 40 ? ' class="long"' : '';
};

/** A column of a table: a member of the items under its own name, or a head with the cell of an item. */
export type Column<Item> = (keyof Item & string) | readonly [head: string, cell: (item: Item) => Cell];

/** Visible rows of a table; the others are folded. */
const AT_A_GLANCE = 10;

/** A table with a row for each item that folds after ten rows. */
export function table<Item>(items: readonly Item[], ...columns: Column<Item>[]): string {
  if (items.length === 0) return '<p class="none">none</p>';
  const [seen, others] = [items.slice(0, AT_A_GLANCE), items.slice(AT_A_GLANCE)];
  const rest = others.length === 0 ? '' : details(`${others.length} more`, whole(others, columns));
  return `<div class="table">${whole(seen, columns)}${rest}</div>`;
}

/** A table that is folded completely. */
export const folded = <Item>(title: string, items: readonly Item[], ...columns: Column<Item>[]): string =>
  `<div class="table">${details(title, whole(items, columns))}</div>`;

const details = (title: string, body: string) => `<details><summary>${escape(title)}</summary>${body}</details>`;

function whole<Item>(items: readonly Item[], columns: readonly Column<Item>[]): string {
  const head = columns.map((column) => `<th>${escape(typeof column === 'string' ? column : column[0])}</th>`);
  const row = (item: Item) =>
    columns
      .map((column) => (typeof column === 'string' ? (item[column] as Cell) : column[1](item)))
      .map((cell) => `<td${classOf(cell)}>${format(cell)}</td>`);
  const body = items.map((item) => `<tr>${row(item).join('')}</tr>`);
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
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

/** The report begins with a summary in sentences and a picture; the sections follow, each with a link in the contents, which stay in sight. */
export function page(
  title: string,
  verdict: { lead: string; sentences: string[]; picture: string },
  sections: Section[],
): string {
  const id = (section: Section) => section.title.toLowerCase().replaceAll(/\W+/g, '-');
  const links = sections.map((s) => `<a href="#${id(s)}">${escape(s.title)}</a>`);
  const body = sections.map((s) => `<section id="${id(s)}"><h2>${escape(s.title)}</h2>${s.html}</section>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>${escape(title)}</title>
<style>${STYLE}</style></head><body>
<nav aria-label="Contents"><a href="#top">Contents</a>${links.join('')}</nav>
<main id="top"><h1>${escape(title)}</h1><p class="status">${escape(verdict.lead)}</p>
<ul class="verdict">${verdict.sentences.map((s) => `<li>${escape(s)}</li>`).join('\n')}</ul>
${verdict.picture}
${body.join('\n')}
</main></body></html>
`;
}
