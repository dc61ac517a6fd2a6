/** Charts of the report as HTML: boxes in per cent of the page's width, so that they fit every page and follow its colours. */
import { classOfVersion } from './colours';
import { escape, figure } from './page';

const percent = (share: number) => `${Number((100 * share).toFixed(2))}%`;
const boxAt = (left: number, width: number, classes: string, title: string) =>
  `<i class="${classes}" style="left:${percent(left)};width:${percent(width)}" title="${escape(title)}"></i>`;

interface Span {
  lane: string;
  name: string;
  start: string;
  end: string;
  ended: string;
  failed: boolean;
  /** The model that it made, released or watched. */
  version?: number;
}

/** Spans of wall time, a lane under the other. */
export function timeline(spans: readonly Span[]): string {
  if (spans.length === 0) return '';
  const times = spans.flatMap(({ start, end }) => [start, end]).sort();
  const [first, last] = [times[0]!, times.at(-1)!];
  const [from, whole] = [Date.parse(first), Math.max(1, Date.parse(last) - Date.parse(first))];
  const lanes = [...new Set(spans.map(({ lane }) => lane))].map((lane) => {
    const boxes = spans
      .filter((span) => span.lane === lane)
      .map(({ name, start, end, ended, failed, version }) =>
        boxAt(
          (Date.parse(start) - from) / whole,
          (Date.parse(end) - Date.parse(start)) / whole,
          failed ? 'failed' : classOfVersion(version),
          `${name}, ${start.slice(11, 19)}, ${ended}${version === undefined ? '' : `, version ${version}`}`,
        ),
      );
    return `<span>${lane}</span><div>${boxes.join('')}</div>`;
  });
  const ends = `<span></span><div class="ends"><span>${first.slice(11, 19)}</span><span>${last.slice(11, 19)} UTC</span></div>`;
  return `<div class="lanes">${lanes.join('')}${ends}</div>`;
}

/** What the colours mean. */
export const key = (marks: readonly [classes: string, words: string][]): string =>
  `<div class="key">${marks.map(([classes, words]) => `<span class="${classes}"><i></i>${escape(words)}</span>`).join('')}</div>`;

/**
 * A bar for each value, its figure beside it.
 * @param version gives the colour
 * @param neutral where bars begin: 1 for a ratio. @default 0
 */
export function bars(values: readonly [label: string, value: number | null][], version?: number, neutral = 0): string {
  const known = values.flatMap(([, value]) => (value === null ? [] : [value]));
  const [low, high] = [Math.min(neutral, ...known), Math.max(neutral, ...known)];
  const at = (value: number) => (value - low) / (high - low || 1);
  const rows = values.map(([label, value]) => {
    const box =
      value === null
        ? ''
        : boxAt(at(Math.min(value, neutral)), Math.abs(at(value) - at(neutral)), '', `${label} ${figure(value)}`);
    return `<span>${escape(label)}</span><div>${box}</div><b>${value === null ? '–' : figure(value)}</b>`;
  });
  return `<div class="bars ${classOfVersion(version)}">${rows.join('')}</div>`;
}

export const many = (size: '' | ' small', figures: readonly [caption: string, chart: string][]): string =>
  `<div class="many${size}">${figures
    .map(([caption, chart]) => `<figure><figcaption>${escape(caption)}</figcaption>${chart}</figure>`)
    .join('')}</div>`;

interface DriftCell {
  feature: string;
  end: string;
  champion: number;
  distance: number;
  threshold: number;
}

/** Distance over threshold, a column for each window: blue below the limit, orange above it. */
export function drift(cells: readonly DriftCell[], retrainOn: readonly string[]): string {
  const windows = [...new Map(cells.map(({ end, champion }) => [`${end} v${champion}`, { end, champion }])).values()];
  const features = [...new Set(cells.map(({ feature }) => feature))];
  const rows = features.map((feature) => {
    const row = windows.map(({ end, champion }) => {
      const cell = cells.find((c) => c.feature === feature && c.end === end && c.champion === champion);
      if (cell === undefined) return '<td class="void"></td>';
      const ratio = cell.distance / cell.threshold;
      const [over, strength] = ratio > 1 ? [' class="over"', Math.min(1, ratio - 0.7)] : ['', 0.75 * (1 - ratio)];
      const title = `${feature}, window to ${end}, version ${champion}: ${figure(cell.distance)} of ${figure(cell.threshold)}`;
      return `<td${over} style="--r:${percent(Number(strength.toFixed(2)))}" title="${escape(title)}"><span>${cell.distance.toFixed(2).replace(/^0/, '')}</span></td>`;
    });
    return `<tr><th>${retrainOn.includes(feature) ? '★ ' : ''}${escape(feature)}</th>${row.join('')}</tr>`;
  });
  const days = windows.map(({ end }) => `<th title="window to ${end}">${end.slice(5).replace('-', '/')}</th>`);
  const versions = windows.map(({ champion }, i) =>
    windows[i - 1]?.champion === champion
      ? '<th></th>'
      : `<th class="over ${classOfVersion(champion)}">v${champion}</th>`,
  );
  return `<table class="heat"><thead><tr><th>champion</th>${versions.join('')}</tr><tr class="days"><th>window ends</th>${days.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

interface Line {
  classes: string;
  points: readonly [predicted: number, observed: number][];
}

/** Observed share over mean score; on the dashed line both agree. */
export function calibration(lines: readonly Line[], target: string): string {
  const [left, bottom, size] = [40, 270, 255];
  const top = Math.ceil(10 * Math.max(0.1, ...lines.flatMap(({ points }) => points.flat()))) / 10;
  const at = ([predicted, observed]: readonly [number, number]) =>
    `${(left + (size * predicted) / top).toFixed(1)} ${(bottom - (size * observed) / top).toFixed(1)}`;
  const drawn = lines.map(({ classes, points }) => {
    const dots = points.map((point) => `<circle r="3" transform="translate(${at(point).replace(' ', ',')})"/>`);
    return `<g class="${classes}"><path d="M${points.map(at).join('L')}"/>${dots.join('')}</g>`;
  });
  const ticks = [0, 0.5, 1].map((share) => {
    const [x, y] = at([share * top, share * top]).split(' ');
    return `<text x="${x}" y="${bottom + 14}" text-anchor="middle">${(share * top).toFixed(2)}</text><text x="${left - 5}" y="${y}" text-anchor="end">${(share * top).toFixed(2)}</text>`;
  });
  return `<svg class="calibration" viewBox="0 0 320 305" role="img"><title>observed share of ${escape(target)} over mean score</title><path class="axis" d="M${left} 10V${bottom}H310"/><path class="ideal" d="M${at([0, 0])}L${at([top, top])}"/>${drawn.join('')}${ticks.join('')}<text x="175" y="301" text-anchor="middle">mean score; up: observed share of ${escape(target)}</text></svg>`;
}

interface Bucket {
  lower: number;
  upper: number;
  count: number;
}

/** Counts over the range of a column. */
export function histogram(buckets: readonly Bucket[]): string {
  const [low, high] = [buckets[0]!.lower, buckets.at(-1)!.upper];
  const most = Math.max(...buckets.map(({ count }) => count), 1);
  const steps = buckets.map(({ lower, upper, count }) => {
    const [x, width] = [(100 * (lower - low)) / (high - low || 1), (100 * (upper - lower)) / (high - low || 1)];
    const height = (40 * count) / most;
    return `M${x.toFixed(1)} 40v${(-height).toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}z`;
  });
  const ends = [low, high].map((value) => `<span>${Number(value.toPrecision(4))}</span>`).join('');
  return `<svg class="histogram" viewBox="0 0 100 40" preserveAspectRatio="none" role="img"><path d="${steps.join('')}"/></svg><div class="ends">${ends}</div>`;
}
