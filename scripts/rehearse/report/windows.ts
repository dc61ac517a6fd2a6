/** Windows of traffic under each champion, and what came of them. */
import { featuresOf, taskOf } from '../../../lib/shared/dataset';
import type { Dataset } from '../../../lib/shared/dataset-file';
import { layout } from '../../../lib/shared/names';
import type { Evidence } from '../evidence';
import { type Summary, versionOf, written } from '../verify';
import * as charts from './charts';
import type { Outcome } from './files';
import { type Cell, folded, type Section, section, table } from './page';
import { figures } from './story';

/** The share of a window's events that the champion and other models answered. */
function shares({ records, othersRecords, unattributedRecords: unattributed }: Outcome): string {
  const others = Object.values(othersRecords).reduce((sum, count) => sum + count, 0);
  const part = (count: number) => `${Math.round((100 * count) / (records + others + unattributed))} %`;
  if (others + unattributed === 0) return records === 0 ? 'nobody' : 'the champion';
  return `the champion ${part(records)}, other models ${part(others)}, unattributed ${part(unattributed)}`;
}

export function quality(summary: Summary, evidence: Evidence, dataset: Dataset): Section {
  const outcomes = written<Outcome>(evidence, 'artifacts/windows/', layout.files.window.outcome);
  const rows = summary.monitor.map((w): Cell[] => {
    const outcome = outcomes.find((o) => o.window.end === w.window.end && versionOf(o.champion) === w.champion);
    const gain = outcome?.quality?.interval;
    return [
      `${w.window.start} – ${w.window.end}`,
      w.status,
      { version: w.champion },
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

export function drift(evidence: Evidence, dataset: Dataset): Section {
  const retrainOn = featuresOf(dataset)
    .filter(({ monitor }) => monitor === 'retrain')
    .map(({ name }) => name);
  const cells = written<Outcome>(evidence, 'artifacts/windows/', layout.files.window.outcome)
    .sort((a, b) => a.window.end.localeCompare(b.window.end) || a.champion.localeCompare(b.champion))
    .flatMap(({ drift, window, champion }) =>
      drift.flatMap(({ distance, ...d }) =>
        distance === null ? [] : [{ ...d, distance, end: window.end, champion: versionOf(champion) }],
      ),
    );
  const beyond = cells.filter(({ distance, threshold }) => distance > threshold);
  return section(
    'Drift',
    'Distance of each window to the champion’s data period (Kolmogorov-Smirnov, L-infinity for categories) against its own threshold: the bluer, the closer to that period; orange is beyond the threshold. Starred features may start a retraining; the others show changes that are no reason to retrain.',
    ...(cells.length === 0
      ? ['<p class="none">no window was monitored</p>']
      : [
          charts.drift(cells, retrainOn),
          folded(
            `${beyond.length} of ${cells.length} distances beyond their threshold`,
            ['window ends', 'champion', 'feature', 'distance', 'threshold'],
            beyond.map((c): Cell[] => [c.end, { version: c.champion }, c.feature, c.distance, c.threshold]),
          ),
        ]),
  );
}

export function guard(summary: Summary): Section {
  const rows = summary.decisions.map((d): Cell[] => [
    d.window === undefined ? null : d.window.end,
    d.episode,
    d.attempt,
    d.outcome,
    d.reason,
  ]);
  const releases = summary.releases.map((r): Cell[] => [
    { version: r.version },
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

export function updates({ deployments }: Summary): Section {
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
