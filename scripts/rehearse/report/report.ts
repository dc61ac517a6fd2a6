/** The HTML report of a run, from its summary and evidence alone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { featuresOf, taskOf } from '../../../lib/shared/dataset';
import type { Dataset } from '../../../lib/shared/dataset-file';
import { layout } from '../../../lib/shared/names';
import type { Evidence, ExecutionRecord } from '../evidence';
import { questionOf } from '../unknowns';
import { type Summary, versionOf, written } from '../verify';
import { access } from './access';
import * as charts from './charts';
import { type Evaluation, type Outcome, type Quality, read } from './files';
import { models } from './models';
import { type Cell, counts, folded, page, type Section, section, table } from './page';
import { picture } from './picture';
import { figures, storyOf, told } from './story';

/** Writes `report.html` into the run folder. @returns its path */
export async function writeReport(runDir: string): Promise<string> {
  const { summary, evidence, dataset } = read(runDir);
  const sections = [
    await timeline(evidence),
    await profile(evidence),
    quality(summary, evidence, dataset),
    await drift(evidence, dataset),
    ...(await models(evidence, dataset)),
    guard(summary),
    ...(summary.deployments.length === 0 ? [] : [updates(summary)]),
    access(summary),
    section(
      'Assumed',
      'AWS does not document these answers; --unknown rehearses the other ones.',
      table(
        ['question', 'answer'],
        Object.entries(summary.assumed).map(([name, answer]) => [questionOf(name), answer]),
      ),
    ),
    section(
      'Not rehearsed',
      'From the templates, the integrations and the audit of this run.',
      table(
        ['what', 'why'],
        summary.notRehearsed.map((n) => [n.what, n.why]),
      ),
    ),
    section(
      'Templates',
      'Deployed as synthesized, byte for byte.',
      table(
        ['stack', 'resources', 'sha256'],
        summary.templates.map((t) => [t.stack, t.resources, t.sha256]),
      ),
    ),
  ];
  const story = storyOf(summary, evidence);
  const verdict = {
    lead: `${summary.status === 'passed' ? 'Passed' : 'Failed'}: ${summary.reason ?? 'without a recorded reason'}`,
    sentences: [
      ...told(story),
      `It took ${Math.round(summary.durationSeconds)} s on this machine: rehearsed, not verified on AWS.`,
    ],
    picture: picture(story) ?? '',
  };
  const file = join(runDir, 'report.html');
  writeFileSync(file, page(`Rehearsal: ${summary.scenario}, profile ${summary.profile}`, verdict, sections));
  return file;
}

async function timeline({ machines }: Evidence): Promise<Section> {
  const lanes: [string, ExecutionRecord[]][] = [
    ['Prepare', machines.prepare],
    ['Train', machines.train],
    ['Release', machines.release],
    ['Monitor', machines.monitor],
  ];
  const spans = lanes.flatMap(([lane, executions]) =>
    executions.map((e) => ({
      lane,
      name: e.name,
      start: e.startedAt,
      end: e.stoppedAt ?? e.startedAt,
      status: (e.output?.outcome as string | undefined) ?? e.status,
    })),
  );
  const rows = spans.map((s): Cell[] => [
    s.lane,
    s.name,
    s.start.slice(11, 19),
    (Date.parse(s.end) - Date.parse(s.start)) / 1000,
    s.status,
  ]);
  return section(
    'From raw file to release',
    'All executions of the four state machines, in wall time.',
    await charts.render(charts.timeline(spans)),
    folded('executions', ['machine', 'execution', 'start', 'seconds', 'ended as'], rows),
  );
}

async function profile(evidence: Evidence): Promise<Section> {
  const months = written<Quality>(evidence, 'curated/quality/', 'report.json');
  const rows = months.map((m): Cell[] => [
    m.partition,
    m.rows.in,
    m.rows.curated,
    m.rows.setAside,
    m.rows.quarantined,
    counts(m.setAside),
    counts(m.quarantined),
    counts(m.nulled),
  ]);
  const features =
    written<Evaluation>(evidence, 'artifacts/evaluations/', layout.files.evaluation.metrics).at(-1)?.profile ?? [];
  const columns = features.map(({ name, numerical_statistics: n, string_statistics: s }): Cell[] => {
    const { num_present: present, num_missing: missing } = (n ?? s)?.common ?? { num_present: 0, num_missing: 0 };
    return [
      name,
      present,
      missing,
      missing / Math.max(1, present + missing),
      n?.mean,
      n?.min,
      n?.max,
      s?.distinct_count,
    ];
  });
  const buckets = features.flatMap((f) =>
    (f.numerical_statistics?.distribution.kll.buckets ?? []).map((b) => ({
      feature: f.name,
      lower: b.lower_bound,
      upper: b.upper_bound,
      count: b.count,
    })),
  );
  return section(
    'Data',
    'Every raw row ends in exactly one class; a field-level rule empties the field and counts it.',
    table(
      [
        'partition',
        'rows in',
        'curated',
        'set aside',
        'quarantined',
        'set aside because',
        'quarantined because',
        'fields emptied',
      ],
      rows,
    ),
    buckets.length === 0 ? '' : await charts.render(charts.histograms(buckets)),
    folded(
      'columns of the newest model’s data period',
      ['feature', 'present', 'missing', 'missing share', 'mean', 'min', 'max', 'distinct'],
      columns,
    ),
  );
}

/** The share of a window's events that the champion and other models answered. */
function shares({ records, othersRecords, unattributedRecords: unattributed }: Outcome): string {
  const others = Object.values(othersRecords).reduce((sum, count) => sum + count, 0);
  const part = (count: number) => `${Math.round((100 * count) / (records + others + unattributed))} %`;
  if (others + unattributed === 0) return records === 0 ? 'nobody' : 'the champion';
  return `the champion ${part(records)}, other models ${part(others)}, unattributed ${part(unattributed)}`;
}

function quality(summary: Summary, evidence: Evidence, dataset: Dataset): Section {
  const outcomes = written<Outcome>(evidence, 'artifacts/windows/', layout.files.window.outcome);
  const rows = summary.monitor.map((w): Cell[] => {
    const outcome = outcomes.find((o) => o.window.end === w.window.end && versionOf(o.champion) === w.champion);
    const gain = outcome?.quality?.interval;
    return [
      `${w.window.start} – ${w.window.end}`,
      w.status,
      `v${w.champion}`,
      w.records,
      outcome && shares(outcome),
      w.score,
      w.ruleScore,
      gain && figures(gain),
      w.violations.map((v) => `${v.feature} ${v.check}`).join(', '),
      w.confirmed ? 'yes' : 'no',
    ];
  });
  const gates = summary.gates.map((g): Cell[] => [
    `${g.window.start} – ${g.window.end}`,
    g.rows,
    g.championScore,
    g.challengerScore,
    g.ruleScore,
    g.gain,
    g.interval && figures(g.interval),
    g.guardDelta,
    g.promoted ? 'promoted' : 'held',
    g.reason,
  ]);
  return section(
    'Model quality by window',
    `${simpleRule(dataset)} A model that does not outperform it on the same rows is not worth releasing.`,
    table(
      [
        'window',
        'outcome',
        'champion',
        'records',
        'answered by',
        taskOf(dataset).measure,
        'rule',
        'gain over rule, 95 %',
        'violations',
        'confirmed',
      ],
      rows,
    ),
    '<h3>Gates</h3>',
    table(
      [
        'gate slice',
        'rows',
        'champion',
        'challenger',
        'rule',
        'gain',
        '95 %',
        'change of the second measure',
        'decision',
        'why',
      ],
      gates,
    ),
  );
}

function simpleRule(dataset: Dataset): string {
  const rule = featuresOf(dataset).find(({ ruleOfThumb }) => ruleOfThumb !== undefined);
  if (rule === undefined) return 'The simple rule gives every row the share of the training data.';
  return `The one-feature rule is ${rule.name}, ${rule.ruleOfThumb} is likelier: ${rule.meaning}.`;
}

async function drift(evidence: Evidence, dataset: Dataset): Promise<Section> {
  const retrainOn = featuresOf(dataset)
    .filter(({ monitor }) => monitor === 'retrain')
    .map(({ name }) => name);
  const cells = written<Outcome>(evidence, 'artifacts/windows/', layout.files.window.outcome).flatMap((o) =>
    o.drift.flatMap(({ distance, ...d }) => (distance === null ? [] : [{ ...d, distance, end: o.window.end }])),
  );
  return section(
    'Drift',
    'Distance of each window to the champion’s data period (Kolmogorov-Smirnov, L-infinity for categories), coloured by its own threshold. Starred features may start a retraining; the others show changes that are no reason to retrain.',
    cells.length === 0
      ? '<p class="none">no window was monitored</p>'
      : await charts.render(charts.drift(cells, retrainOn)),
  );
}

function guard(summary: Summary): Section {
  const rows = summary.decisions.map((d): Cell[] => [
    d.window === undefined ? null : d.window.end,
    d.episode,
    d.attempt,
    d.outcome,
    d.reason,
  ]);
  const releases = summary.releases.map((r): Cell[] => [
    `v${r.version}`,
    r.trigger,
    r.trainedThrough,
    r.outcome,
    r.reason,
  ]);
  return section(
    'Guard and releases',
    'Why a retraining started, or did not.',
    table(['window ends', 'episode', 'attempt', 'outcome', 'reason'], rows),
    table(['version', 'trigger', 'trained through', 'outcome', 'reason'], releases),
  );
}

function updates({ deployments }: Summary): Section {
  const rows = deployments.flatMap(({ time, outcome, reason, stages }) =>
    stages.map(({ instances, of, seconds, blue, green }): Cell[] => [
      time.slice(11, 19),
      `${instances} of ${of}`,
      seconds,
      blue.requests,
      blue.errors,
      green.requests,
      green.errors,
      outcome,
      reason,
    ]),
  );
  return section(
    'Updates of the endpoint',
    'Requests per fleet during an update, from the engine’s journal; the seconds are those of the template.',
    table(
      [
        'began',
        'new instances with traffic',
        'baking s',
        'old answered',
        'with errors',
        'new answered',
        'with errors',
        'the update',
        'why',
      ],
      rows,
    ),
  );
}
