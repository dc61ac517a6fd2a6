/**
 * The story as one picture, byte-identical on every machine: no text is measured and no local time is read. It is part of the report and,
 * as docs/story.svg, of the README, in the colours of a light page or of a dark one.
 */
import { daysOf, endOf } from '../../operate/days';
import { classOfVersion, colours } from './colours';
import { escape } from './page';
import { type Challenge, dayName, figures, monthName, type Story, told, type Week } from './story';

type Scored = Week & { score: NonNullable<Week['score']> };

const WIDTH = 800;
const HEIGHT = 540;
const plot = { left: 98, right: 776, top: 132, bottom: 376 };
const lane = { quality: 404, drift: 432 };
/** Offset between champion and rule of a week, so that neither interval hides the other. */
const ASIDE = 3.5;

/** On a narrow screen the picture shrinks, but its letters do not; labels without room are left out. */
const STYLE = `
  ${colours('.story')}
  .story { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif }
  .story text { font-size: 14px; fill: var(--ink) } .story .head { font-size: 19px; font-weight: 650 } .story .soft { fill: var(--soft) }
  .story .frame { fill: var(--paper); stroke: var(--rim) } .story .grid { stroke: var(--rim) } .story .axis { stroke: var(--soft) } .story .week { fill: var(--band) }
  .story .champion { stroke: var(--v); fill: var(--v) } .story .rule { stroke: var(--rule); fill: var(--rule) }
  .story .line { fill: none; stroke-width: 2.2 } .story .rule.line { stroke-dasharray: 5 4 } .story .interval { stroke-width: 2.2; opacity: .38 }
  .story .turn { stroke: var(--v); stroke-width: 1.5 } .story .held { stroke-dasharray: 3 3 } .story .flag { fill: var(--v); stroke: var(--v) }
  .story .flag.held { fill: var(--paper) } .story .version { fill: var(--paper); font-weight: 650; text-anchor: middle } .story .version.held { fill: var(--ink) }
  .story .confirmed { fill: var(--bad); stroke: var(--bad); stroke-width: 1.5 } .story .seen { fill: var(--paper); stroke: var(--bad); stroke-width: 1.8 }
  .story circle.none { fill: var(--none) } .story .end { text-anchor: end } .story .middle { text-anchor: middle }
  @media (max-width: 560px) { .story text { font-size: 21px } .story .head { font-size: 24px } .story .wide { display: none } }
`;

/** Candidate distances of grid lines; the first that gives no more than twelve is used. */
const STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

/** @returns an <svg> element; undefined when no week has a score */
export function picture(story: Story): string | undefined {
  const { weeks, challenges } = story;
  const scored = weeks.filter((week): week is Scored => week.score !== undefined);
  if (scored.length === 0) return undefined;
  const days = [...weeks.flatMap(({ start, end }) => [start, end]), ...challenges.map(({ day }) => day)].sort();
  const [first, last] = [days[0]!, days.at(-1)!];
  const x = scale([Date.parse(first), Date.parse(last)], [plot.left, plot.right]);
  const at = (day: string) => x(Date.parse(day));
  const middle = ({ start, end }: Week) => (at(start) + at(end)) / 2;
  const ends = scored.flatMap(({ score }) => [...score.interval, ...score.ruleInterval]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const step = STEPS.find((each) => (most - least) / each <= 12) ?? (most - least) / 12;
  const [low, high] = [Math.floor(least / step), Math.ceil(most / step)];
  const y = scale([low * step, high * step], [plot.bottom, plot.top]);
  const title = `${scored[0]!.score.measure} of the model and a simple rule, by week`;

  const ticks = Array.from({ length: high - low + 1 }, (_, i) => (low + i) * step).flatMap((tick) => [
    line('grid', plot.left, y(tick), plot.right, y(tick)),
    text('soft end', plot.left - 10, y(tick) + 5, tick.toFixed(2)),
  ]);
  const months = [...new Set([...daysOf({ start: first, end: last })].map((day) => day.slice(0, 7)))];
  const nameOf = (month: string) => (months.length > 5 ? monthName(month).slice(0, 3) : monthName(month));
  const names = months.flatMap((month) => {
    const [from, to] = [at(`${month}-01`), Math.min(plot.right, at(endOf(month)))];
    const left = Math.max(plot.left, from);
    const begins = from > plot.left ? [line('axis', from, plot.bottom, from, 460)] : [];
    // A month with only a few days has no room for its name.
    return to - left < 40 ? begins : [...begins, text('soft middle', (left + to) / 2, 462, nameOf(month))];
  });
  const bands = weeks
    .filter(({ confirmed }) => confirmed)
    .map(
      ({ start, end }) =>
        `<rect class="week" x="${n(at(start))}" y="${plot.top}" width="${n(at(end) - at(start))}" height="${lane.drift + 14 - plot.top}"/>`,
    );
  // A line ends with its champion, because scores of two models are not connected.
  const champions = [...new Set(scored.map(({ champion }) => champion))].map((version) =>
    path(
      `champion line ${classOfVersion(version)}`,
      scored
        .filter(({ champion }) => champion === version)
        .map((week) => [middle(week) - ASIDE, y(week.score.champion)]),
    ),
  );
  const rule = path(
    'rule line',
    scored.map((week) => [middle(week) + ASIDE, y(week.score.rule)]),
  );
  const points = scored.map((week) => {
    const { score } = week;
    const [left, right] = [middle(week) - ASIDE, middle(week) + ASIDE];
    return `<g class="${classOfVersion(week.champion)}"><title>${escape(sentence(week))}</title>${[
      line('champion interval', left, y(score.interval[0]), left, y(score.interval[1])),
      line('rule interval', right, y(score.ruleInterval[0]), right, y(score.ruleInterval[1])),
      dot('champion', left, y(score.champion)),
      box('rule', right, y(score.rule)),
    ].join('')}</g>`;
  });
  const looks = weeks.flatMap((week) =>
    (['quality', 'drift'] as const).map((kind) =>
      week.violations.includes(kind)
        ? diamond(week.confirmed ? 'confirmed' : 'seen', middle(week), lane[kind])
        : `<circle class="none" cx="${n(middle(week))}" cy="${lane[kind]}" r="2.2"/>`,
    ),
  );
  const turns = challenges
    .filter(({ outcome }) => outcome === 'released' || outcome === 'held')
    .map((c) => turn(c, at(c.day)));
  return svg(
    title,
    [
      text('head', 24, 36, title),
      text('soft wide', 24, 60, 'Bars are 95 % intervals, from drawing whole days of the week.'),
      // Readers would otherwise take overlapping bars for "no difference".
      text('soft wide', 24, 79, 'Quality is judged by their difference on the same days, which usually varies less.'),
      ...bands,
      ...ticks,
      line('axis', plot.left, plot.bottom, plot.right, plot.bottom),
      ...names,
      text('soft end', plot.left - 10, lane.quality + 5, 'quality'),
      text('soft end', plot.left - 10, lane.drift + 5, 'drift'),
      ...turns,
      rule,
      ...champions,
      ...points,
      ...looks,
      key(),
    ],
    told(story),
  );
}

/** The legend, in two rows. */
function key(): string {
  const marks: [words: string, draw: (x: number, y: number) => string][][] = [
    [
      ['serving model', (x, y) => line('champion line v1', x - 11, y, x + 11, y) + dot('champion v1', x, y)],
      ['one-feature rule', (x, y) => line('rule line', x - 11, y, x + 11, y) + box('rule', x, y)],
    ],
    [
      ['confirmed violation', (x, y) => diamond('confirmed', x, y)],
      ['violation', (x, y) => diamond('seen', x, y)],
    ],
    [
      ['release', (x, y) => flag('', x, y - 8, 22, 16)],
      ['held by the gate', (x, y) => flag(' held', x, y - 8, 22, 16)],
    ],
  ];
  return marks
    .map((rows, i) =>
      rows.map(([words, draw], j) => {
        const [x, y] = [36 + [0, 260, 546][i]!, 490 + 30 * j];
        return draw(x, y) + text('', x + 20, y + 5, words);
      }),
    )
    .flat()
    .join('');
}

function turn({ outcome, version }: Challenge, x: number): string {
  const [held, width] = outcome === 'held' ? [' held', 56] : ['', 36];
  const middle = Math.min(x, plot.right - width / 2 + 12);
  return [
    `<g class="${classOfVersion(version)}">`,
    line(`turn${held}`, x, 120, x, lane.drift + 14),
    flag(held, middle, 96, width, 24),
    text(`version${held}`, middle, 113, held ? 'held' : `v${version}`),
    '</g>',
  ].join('');
}

function sentence({ start, end, champion, score, violations, confirmed }: Week): string {
  const scores =
    score === undefined
      ? 'not scored'
      : `${score.measure} ${score.champion.toFixed(3)} ${figures(score.interval)}, rule ${score.rule.toFixed(3)} ${figures(score.ruleInterval)}`;
  const seen =
    violations.length === 0 ? '' : `; ${violations.join(' and ')} violation${confirmed ? ', confirmed' : ''}`;
  return `${dayName(start)} to ${dayName(end)}, version ${champion}: ${scores}${seen}`;
}

const n = (value: number) => String(Number(value.toFixed(1)));
const scale =
  ([a, b]: [number, number], [from, to]: [number, number]) =>
  (value: number) =>
    from + ((value - a) / (b - a)) * (to - from);
const text = (classes: string, x: number, y: number, words: string) =>
  `<text${classes && ` class="${classes}"`} x="${n(x)}" y="${n(y)}">${escape(words)}</text>`;
const line = (classes: string, x1: number, y1: number, x2: number, y2: number) =>
  `<line class="${classes}" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"/>`;
const path = (classes: string, points: [number, number][]) =>
  `<path class="${classes}" d="M${points.map((p) => p.map(n).join(' ')).join('L')}"/>`;
const dot = (classes: string, x: number, y: number) => `<circle class="${classes}" cx="${n(x)}" cy="${n(y)}" r="4"/>`;
const box = (classes: string, x: number, y: number) =>
  `<rect class="${classes}" x="${n(x - 3)}" y="${n(y - 3)}" width="6" height="6"/>`;
const flag = (classes: string, middle: number, y: number, width: number, height: number) =>
  `<rect class="flag${classes}" x="${n(middle - width / 2)}" y="${n(y)}" width="${width}" height="${height}" rx="4"/>`;
const diamond = (classes: string, x: number, y: number) =>
  `<path class="${classes}" d="M${n(x)} ${n(y - 7)}l7 7l-7 7l-7-7z"/>`;

function svg(title: string, parts: string[], description: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="story" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="story-title story-desc">
<title id="story-title">${title}</title>
<desc id="story-desc">${escape(description.join(' '))}</desc>
<style>${STYLE}</style>
<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8" class="frame"/>
${parts.join('\n')}
</svg>
`;
}
