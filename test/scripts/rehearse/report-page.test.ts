/** The report of a year: it fits every page, in the light and in the dark, and one colour stands for one model. */
import type { Evidence } from '../../../scripts/rehearse/evidence';
import type { Summary } from '../../../scripts/rehearse/verify';
import { bars, calibration, histogram } from '../../../scripts/rehearse/report/charts';
import { classOfVersion } from '../../../scripts/rehearse/report/colours';
import { newestEvaluation } from '../../../scripts/rehearse/report/files';
import { page } from '../../../scripts/rehearse/report/page';
import { picture } from '../../../scripts/rehearse/report/picture';
import { lifecycle } from '../../../scripts/rehearse/report/report';
import { storyOf, told } from '../../../scripts/rehearse/report/story';
import { addDays } from '../../../lib/shared/days';
import { inBrowser, measured } from '../../support/browser';
import { dataset } from '../../support/records';

const arn = (version: number) => `arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/${version}`;
const WEEKS = 39;
const FEATURES = Array.from({ length: 24 }, (_, i) => `quite_a_long_feature_${i}`);
const weeks = Array.from({ length: WEEKS }, (_, i) => ({
  start: addDays('2013-04-01', 7 * i),
  end: addDays('2013-04-08', 7 * i),
}));
const served = (week: number) => 1 + Math.floor(week / 10);

const windows = weeks.map((window, i) => ({
  window,
  champion: arn(served(i)),
  records: 6000,
  othersRecords: {},
  unattributedRecords: 0,
  violations: [],
  confirmed: false,
  quality: {
    ...{ measure: 'AUC', score: 0.7, scoreInterval: [0.65, 0.75], ruleScore: 0.68, ruleScoreInterval: [0.6, 0.7] },
    interval: [0, 0.1],
  },
  drift: FEATURES.map((feature, j) => ({ feature, distance: 0.01 * ((i + j) % 30), threshold: 0.2 })),
}));

const evaluation = (trainedThrough: string) => ({
  model: { trainedThrough },
  gate: {
    challenger: {
      auc: 0.74,
      calibration: [
        { meanScore: 0.2, observed: 0.3, rows: 10 },
        { meanScore: 0.6, observed: 0.5, rows: 10 },
      ],
    },
    champion: {
      auc: 0.7,
      calibration: [
        { meanScore: 0.2, observed: 0.1, rows: 10 },
        { meanScore: 0.7, observed: 0.6, rows: 10 },
      ],
    },
  },
  analysis: {
    post_training_bias_metrics: {
      facets: {
        group: ['<b>one</b>', 'two'].map((value) => ({
          value_or_threshold: value,
          metrics: [
            { name: 'DPPL', description: 'Difference in Positive Proportions in Predicted Labels', value: -0.2 },
            { name: 'DI', description: 'Disparate Impact', value: 1.2 },
          ],
        })),
      },
    },
    explanations: {
      kernel_shap: {
        label0: {
          method: 'TreeSHAP',
          global_shap_values: Object.fromEntries(FEATURES.map((name, i) => [name, i / 100])),
        },
      },
    },
  },
  falseAlarms: { windows: 29, alarms: 1 },
  profile: FEATURES.map((name) => ({
    name,
    numerical_statistics: {
      common: { num_present: 10, num_missing: 1 },
      ...{ mean: 1, min: 0, max: 2 },
      distribution: {
        kll: {
          buckets: [
            { lower_bound: 0, upper_bound: 1, count: 7 },
            { lower_bound: 1, upper_bound: 2, count: 3 },
          ],
        },
      },
    },
  })),
});

const execution = (name: string, at: string, output: object, status = 'SUCCEEDED') => ({
  ...{ name, status, startedAt: `2026-11-27T10:${at}:00.000Z`, stoppedAt: `2026-11-27T10:${at}:30.000Z` },
  ...{ input: {}, output, error: null, cause: null, states: [] },
});

const evidence = {
  machines: {
    prepare: [execution('p', '01', {})],
    train: [execution('t', '02', { modelPackageArn: arn(2) }), execution('u', '09', {}, 'FAILED')],
    release: [execution('r', '03', { modelPackageArn: arn(2) })],
    monitor: [execution('m', '04', { outcomeUri: 's3://artifacts/windows/2/2013-04-08/outcome.json' })],
  },
  packages: [
    { version: 1, metadata: { evaluation: 's3://artifacts/evaluations/zzzz/' } },
    { version: 2, metadata: { evaluation: 's3://artifacts/evaluations/drift-v1/' } },
  ],
  objects: {
    ...Object.fromEntries(windows.map((window, i) => [`artifacts/windows/${i}/outcome.json`, window])),
    // In the order of S3's listings.
    'artifacts/evaluations/drift-v1/evaluation.json': evaluation('2013-06-24'),
    'artifacts/evaluations/lost-the-bakeoff/evaluation.json': evaluation('2013-06-24'),
    'artifacts/evaluations/zzzz/evaluation.json': evaluation('2013-04-01'),
  },
} as unknown as Evidence;
const summary = {
  gates: [],
  decisions: [],
  releases: [
    { version: 1, trigger: 'manual', trainedThrough: '2013-04-01', outcome: 'released' },
    { version: 2, trigger: 'drift', trainedThrough: '2013-06-24', outcome: 'released' },
  ],
  monitor: windows.map((window, i) => ({
    ...window,
    champion: served(i),
    status: 'Completed',
    score: 0.7,
    ruleScore: 0.68,
  })),
} as unknown as Summary;

const story = storyOf(summary, evidence);
const report = page(
  'A year',
  { lead: 'Passed', sentences: told(story), picture: picture(story)! },
  lifecycle(summary, evidence, dataset),
);

test('the newest evaluation is the registered one with the newest data, whatever its folder is called', () => {
  expect(newestEvaluation(evidence)).toMatchObject({
    version: 2,
    evaluation: { model: { trainedThrough: '2013-06-24' } },
  });
  const held = { 'artifacts/evaluations/held/evaluation.json': evaluation('2013-07-15') } as unknown;
  expect(newestEvaluation({ ...evidence, objects: { ...evidence.objects, ...(held as Evidence['objects']) } })).toEqual(
    {
      evaluation: evaluation('2013-07-15'),
      version: undefined,
    },
  );
});

test('a model has one colour in picture, timeline, tables, drift, calibration, attribution and bias', () => {
  const [two, sections] = [classOfVersion(2), report.split('<section ')];
  const of = (title: string) => sections.find((text) => text.startsWith(`id="${title}"`))!;
  expect(report).toContain(`<path class="champion line ${two}"`);
  expect(of('from-raw-file-to-release').match(new RegExp(`<i class="${two}"`, 'g'))).toHaveLength(3);
  expect(of('from-raw-file-to-release').match(/<i class="failed"/g)).toHaveLength(1);
  expect(of('data')).toContain(`<div class="${two}">`);
  for (const title of ['model-quality-by-window', 'drift', 'guard-and-releases'])
    expect(of(title)).toMatch(new RegExp(`class="(version|over) ${two}">v2<`));
  expect(of('newest-evaluation')).toContain(`<span class="${two}"><i></i>challenger, version 2`);
  expect(of('newest-evaluation')).toContain(`<span class="${classOfVersion(1)}"><i></i>champion, version 1`);
  for (const title of ['attribution', 'bias']) expect(of(title)).toContain(`<div class="bars ${two}">`);
});

test('bars begin at the neutral value, on its side', () => {
  const boxes = [
    ...bars(
      [
        ['less', 0.5],
        ['more', 1.5],
        ['unknown', null],
      ],
      undefined,
      1,
    ).matchAll(/left:([\d.]+)%;width:([\d.]+)%/g),
  ];
  expect(boxes.map(([, left, width]) => [Number(left), Number(width)])).toEqual([
    [0, 50],
    [50, 50],
  ]);
  expect(bars([['none', 0]])).not.toMatch(/NaN|Infinity/);
});

test('a column of one value has a histogram, and a line without points none of its own', () => {
  expect(histogram([{ lower: 1, upper: 1, count: 4 }])).not.toMatch(/NaN|Infinity/);
  expect(calibration([], 'x')).not.toMatch(/NaN|Infinity/);
});

test('text of the data is not markup', () => expect(report).not.toContain('<b>one</b>'));

test('one file of less than a megabyte, which requests nothing', () => {
  expect(Buffer.byteLength(report)).toBeLessThan(1024 * 1024);
  expect(report).not.toMatch(/<script|(?:src|href)="(?!#|data:)|url\(|@import/);
});

test('every attribution and every bias has its table behind the bars', () => {
  expect(report.match(/<details><summary>as a table/g)).toHaveLength(1);
  expect(report).toContain('<details><summary>group as a table</summary>');
});

const LOOK = `(() => {
  page.scrollTo(0, page.document.documentElement.scrollHeight);
  const charts = [...page.document.querySelectorAll('svg, .lanes, .bars, .heat, .many, .key')];
  const colour = (selector) => page.getComputedStyle(page.document.querySelector(selector)).backgroundColor;
  return {
    width: page.document.documentElement.scrollWidth,
    charts: charts.length,
    off: charts.filter((chart) => chart.getBoundingClientRect().right > page.innerWidth).map((chart) => chart.outerHTML.slice(0, 60)),
    contents: page.document.querySelector('nav').getBoundingClientRect().top,
    paper: colour('html'),
    bar: colour('.bars i'),
  };
})()`;
interface Looked {
  width: number;
  charts: number;
  off: string[];
  contents: number;
  paper: string;
  bar: string;
}

inBrowser(
  'every chart is on the page, and the contents stay in sight, at 1280 and at 400 pixels, in the light and in the dark',
  async () => {
    for (const width of [1280, 400]) {
      const { found: light, console } = await measured<Looked>(report, width, LOOK);
      expect(light).toMatchObject({ width, off: [], paper: 'rgb(255, 255, 255)', bar: 'rgb(0, 120, 107)' });
      expect(light.charts).toBeGreaterThan(30);
      expect(light.contents).toBeGreaterThanOrEqual(0);
      expect(light.contents).toBeLessThan(30);
      expect(console).toEqual([]);
    }
    const { found: dark } = await measured<Looked>(report, 400, LOOK, true);
    expect(dark).toMatchObject({ paper: 'rgb(18, 23, 30)', bar: 'rgb(79, 209, 189)' });
  },
);
