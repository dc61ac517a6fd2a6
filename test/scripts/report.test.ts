import type { Evidence } from '../../scripts/rehearse/evidence';
import type { Gate, Summary } from '../../scripts/rehearse/verify';
import { type Column, folded, page, section, table } from '../../scripts/rehearse/report/page';
import { picture } from '../../scripts/rehearse/report/picture';
import { type Story, storyOf, told } from '../../scripts/rehearse/report/story';

const arn = (version: number) => `arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/${version}`;
const outcome = (start: string, end: string, more: object = {}) => ({
  window: { start, end },
  champion: arn(1),
  violations: [],
  confirmed: false,
  quality: {
    measure: 'AUC',
    score: 0.71234,
    scoreInterval: [0.68, 0.74],
    ruleScore: 0.69,
    ruleScoreInterval: [0.65, 0.72],
    interval: [0, 0.1],
  },
  drift: [],
  ...more,
});
const gate = (end: string, more: Partial<Gate> = {}): Gate => ({
  window: { start: '', end },
  rows: 12000,
  measure: 'AUC',
  championScore: 0.7,
  challengerScore: 0.74,
  ruleScore: 0.69,
  gain: 0.04,
  interval: [0.02, 0.06],
  guard: 'Brier score',
  guardDelta: 0,
  promoted: true,
  reason: 'surely better',
  ...more,
});
const release = (version: number, trainedThrough: string, ended = 'released', reason?: string) => ({
  version,
  trigger: 'drift',
  trainedThrough,
  outcome: ended,
  ...(reason !== undefined && { reason }),
});
const quality = { feature: 'gain_over_rule', check: 'model_quality_check' };
const evidence = {
  objects: {
    'artifacts/windows/b/outcome.json': outcome('2013-04-08', '2013-04-15', { violations: [quality], confirmed: true }),
    'artifacts/windows/a/outcome.json': outcome('2013-04-01', '2013-04-08'),
    'artifacts/windows/c/outcome.json': outcome('2013-04-15', '2013-04-22', { champion: arn(2), quality: null }),
    'artifacts/windows/d/outcome.json': outcome('2013-04-22', '2013-04-29', {
      champion: arn(2),
      violations: [{ feature: 'mean_delay_h2', check: 'baseline_drift_check' }],
    }),
  },
} as unknown as Evidence;
const summary = {
  gates: [
    gate('2013-04-01', { gain: null, interval: null, championScore: null }),
    gate('2013-04-15'),
    gate('2013-04-22'),
    gate('2013-04-29', { promoted: false, reason: 'not surely better' }),
  ],
  releases: [
    release(1, '2013-04-01'),
    release(2, '2013-04-15'),
    release(3, '2013-04-22', 'rejected', 'it never answered'),
  ],
} as unknown as Summary;
const story = storyOf(summary, evidence);

describe('the story', () => {
  test('has the weeks in order, each under the model that served', () => {
    expect(story.weeks.map(({ start, champion }) => [start, champion])).toEqual([
      ['2013-04-01', 1],
      ['2013-04-08', 1],
      ['2013-04-15', 2],
      ['2013-04-22', 2],
    ]);
    expect(story.weeks[0]?.score).toEqual({
      measure: 'AUC',
      champion: 0.7123,
      interval: [0.68, 0.74],
      rule: 0.69,
      ruleInterval: [0.65, 0.72],
    });
    expect(story.weeks.map(({ violations }) => violations)).toEqual([[], ['quality'], [], ['drift']]);
  });

  test('is told in sentences that say what came of every training and why', () => {
    const sentences = told(story);
    expect(sentences.map((s) => /and (.*?):/.exec(s)?.[1])).toEqual([
      'version 1 was released',
      'version 2 was released',
      'version 3 was rejected at its release',
      'the challenger was held by the gate',
    ]);
    expect(sentences[0]).toMatch(/^1 April: a person .* AUC 0\.740 against 0\.690 of the simple rule\.$/);
    expect(sentences[1]).toMatch(/^15 April: Monitor confirmed a quality violation, the guard .* 0\.040 AUC \[0\.020/);
    expect(sentences[2]).toContain('it never answered');
    expect(sentences[3]).toContain('not surely better');
  });

  test('is told of a version that nobody has approved yet', () =>
    expect(told(storyOf({ ...summary, releases: [] }, evidence))[1]).toContain('left to wait for approval'));
});

describe('the picture', () => {
  const drawn = picture(story)!;
  const count = (pattern: RegExp) => [...drawn.matchAll(pattern)].length;

  test('marks confirmed violations, other violations, releases and held challengers with shapes of their own', () => {
    // One more of each mark stands in the key.
    expect(count(/<path class="confirmed"/g)).toBe(1 + 1);
    expect(count(/<path class="seen"/g)).toBe(1 + 1);
    expect(count(/<rect class="week"/g)).toBe(1);
    expect([...drawn.matchAll(/class="version[^>]*>([^<]*)/g)].map(([, label]) => label)).toEqual(['v1', 'v2', 'held']);
  });

  test('draws both intervals of every week that was scored, and no line from one model to the next', () => {
    expect(count(/class="champion interval"/g)).toBe(3);
    expect(count(/class="rule interval"/g)).toBe(3);
    expect([...drawn.matchAll(/<path class="champion line (\w+)"/g)].map(([, colour]) => colour)).toEqual(['v1', 'v2']);
    expect(drawn).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('says to a reader without eyes what it shows', () => {
    expect(drawn).toMatch(/role="img" aria-labelledby="story-title story-desc"/);
    for (const sentence of told(story)) expect(drawn).toContain(sentence);
    expect(drawn).toContain('<title>8 April to 15 April, version 1: AUC 0.712');
  });

  test('stays in its frame, whatever a year holds', () => {
    const days = story.weeks[0]!;
    const late: Story = { weeks: [days], challenges: [{ ...story.challenges[0]!, day: '2013-12-30' }] };
    const xs = [...picture(late)!.matchAll(/ x1?="([\d.-]+)"/g)].map(([, x]) => Number(x));
    expect(Math.max(...xs)).toBeLessThan(800);
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
  });

  test('is not there where nothing was scored', () =>
    expect(picture({ ...story, weeks: [story.weeks[2]!] })).toBeUndefined());
});

describe('the page', () => {
  const rows = (n: number) => Array.from({ length: n }, (_, i) => `row ${i}`);
  const name: Column<string> = ['name', (row) => row];

  test('shows ten rows of a table, and folds the rest without a script', () => {
    expect(table(rows(10), name)).not.toContain('<details>');
    const [seen, fold] = table(rows(13), name).split('<details><summary>3 more</summary>');
    expect(seen?.match(/<tr><td/g)).toHaveLength(10);
    expect(fold?.match(/<tr><td/g)).toHaveLength(3);
    expect(folded('all of them', rows(13), name).match(/<details>/g)).toHaveLength(1);
  });

  test('has its contents at hand, and opens with verdict and picture', () => {
    const text = page('t', { lead: 'Passed: x', sentences: ['It was <released>.'], picture: '<svg></svg>' }, [
      section('Guard and releases', ''),
    ]);
    const order = [
      'href="#guard-and-releases"',
      'Passed: x',
      'It was &lt;released&gt;.',
      '<svg>',
      'id="guard-and-releases"',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(text).not.toContain('<script');
  });
});
