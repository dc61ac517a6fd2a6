/** Windows of traffic under each champion, and what came of them. */
import { featuresOf, taskOf } from '../../../lib/shared/dataset';
import type { Dataset } from '../../../lib/shared/dataset-file';
import type { DayRange } from '../../../lib/shared/days';
import type { Evidence } from '../evidence';
import { outcomesOf, type Summary, versionOf } from '../verify';
import * as charts from './charts';
import type { Outcome } from './files';
import { folded, type Section, section, table } from './page';
import { figures } from './story';

/** The share of a window's events that the champion and other models answered. */
function shares({ records, othersRecords, unattributedRecords: unattributed }: Outcome): string {
  const others = Object.values(othersRecords).reduce((sum, count) => sum + count, 0);
  const part = (count: number) => `${Math.round((100 * count) / (records + others + unattributed))} %`;
  if (others + unattributed === 0) return records === 0 ? 'nobody' : 'the champion';
  return `the champion ${part(records)}, other models ${part(others)}, unattributed ${part(unattributed)}`;
}

export function quality(summary: Summary, evidence: Evidence, dataset: Dataset): Section {
  const outcomes = outcomesOf<Outcome>(evidence);
  const monitored = summary.monitor.map((w) => ({
    ...w,
    outcome: outcomes.find((o) => o.window.end === w.window.end && versionOf(o.champion) === w.champion),
  }));
  const days = ({ start, end }: DayRange) => `${start} – ${end}`;
  return section(
    'Model quality by window',
    `${simpleRule(dataset)} A model that does not outperform it on the same rows is not worth releasing.`,
    table(
      monitored,
      ['window', ({ window }) => days(window)],
      ['outcome', ({ status }) => status],
      ['champion', ({ champion }) => ({ version: champion })],
      'records',
      ['answered by', ({ outcome }) => outcome && shares(outcome)],
      [taskOf(dataset).measure, ({ score }) => score],
      ['rule', ({ ruleScore }) => ruleScore],
      ['gain over rule, 95 %', ({ outcome }) => outcome?.quality && figures(outcome.quality.interval)],
      ['violations', ({ violations }) => violations.map(({ feature, check }) => `${feature} ${check}`).join(', ')],
      ['confirmed', ({ confirmed }) => (confirmed ? 'yes' : 'no')],
    ),
    '<h3>Gates</h3>',
    table(
      summary.gates,
      ['gate slice', ({ window }) => days(window)],
      'rows',
      ['champion', ({ championScore }) => championScore],
      ['challenger', ({ challengerScore }) => challengerScore],
      ['rule', ({ ruleScore }) => ruleScore],
      'gain',
      ['95 %', ({ interval }) => interval && figures(interval)],
      ['change of the second measure', ({ guardDelta }) => guardDelta],
      ['decision', ({ promoted }) => (promoted ? 'promoted' : 'held')],
      ['why', ({ reason }) => reason],
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
  const cells = outcomesOf<Outcome>(evidence).flatMap(({ drift, window, champion }) =>
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
            beyond,
            ['window ends', ({ end }) => end],
            ['champion', ({ champion }) => ({ version: champion })],
            'feature',
            'distance',
            'threshold',
          ),
        ]),
  );
}

export function guard({ decisions, releases }: Summary): Section {
  return section(
    'Guard and releases',
    'Why a retraining started, or did not.',
    table(decisions, ['window ends', ({ window }) => window?.end], 'episode', 'attempt', 'outcome', 'reason'),
    table(
      releases,
      ['version', ({ version }) => ({ version })],
      'trigger',
      ['trained through', ({ trainedThrough }) => trainedThrough],
      'outcome',
      'reason',
    ),
  );
}

export function updates({ deployments }: Summary): Section {
  const stages = deployments.flatMap(({ stages, ...update }) => stages.map((stage) => ({ ...update, ...stage })));
  return section(
    'Updates of the endpoint',
    'Requests per fleet during an update, from the engine’s journal; the seconds are those of the template.',
    table(
      stages,
      ['began', ({ time }) => time.slice(11, 19)],
      ['new instances with traffic', ({ instances, of }) => `${instances} of ${of}`],
      ['baking s', ({ seconds }) => seconds],
      ['old answered', ({ blue }) => blue.requests],
      ['with errors', ({ blue }) => blue.errors],
      ['new answered', ({ green }) => green.requests],
      ['with errors', ({ green }) => green.errors],
      ['the update', ({ outcome }) => outcome],
      ['why', ({ reason }) => reason],
    ),
  );
}
