/** The newest evaluation: how a champion is judged. */
import { targetOf } from '../../../lib/shared/dataset';
import type { Dataset } from '../../../lib/shared/dataset-file';
import type { Evidence } from '../evidence';
import type { Summary } from '../verify';
import * as charts from './charts';
import { classOfVersion } from './colours';
import { type Evaluation, newestEvaluation, type Performance } from './files';
import { type Cell, type Column, counts, escape, folded, type Section, section, table } from './page';

export function models(summary: Summary, evidence: Evidence, dataset: Dataset): Section[] {
  const newest = newestEvaluation(evidence);
  if (newest === undefined) return [];
  const { evaluation, version } = newest;
  const { gate, model, analysis, falseAlarms } = evaluation;
  const champion = championBefore(summary, model.trainedThrough);
  const versions: Record<string, number | undefined> = { challenger: version, champion };
  const lines = Object.entries(gate)
    .map(([name, { calibration = [] }]) => ({
      name,
      classes: name in versions ? classOfVersion(versions[name]) : 'rule',
      points: calibration.map((b): [number, number] => [b.meanScore, b.observed]),
    }))
    .filter(({ points }) => points.length > 0);
  const marks = lines.map(({ name, classes }): [string, string] => [
    classes,
    versions[name] === undefined ? name : `${name}, version ${versions[name]}`,
  ]);
  const measured = Object.keys(Object.values(gate)[0] ?? {}).filter((name) => name !== 'calibration');
  const shown = (found: unknown) => {
    if (Array.isArray(found)) return JSON.stringify(found);
    return typeof found === 'object' && found !== null ? counts(found as Record<string, number>) : (found as Cell);
  };
  const explained = analysis.explanations.kernel_shap.label0;
  const weights = Object.entries(explained.global_shap_values).sort(([, a], [, b]) => b - a);
  const who = version === undefined ? 'the challenger, which the gate held' : `version ${version}`;
  return [
    section(
      'Newest evaluation',
      `Figures of ${who} on the gate slice; it was trained through ${model.trainedThrough}. Each week of its own period held out in turn: ${falseAlarms.alarms} of ${falseAlarms.windows} would have raised an alarm.`,
      ...(lines.length === 0 ? [] : [charts.calibration(lines, targetOf(dataset)), charts.key(marks)]),
      table(
        Object.entries(gate),
        ['model', ([name]) => name],
        ...measured.map((measure): Column<[string, Performance]> => [
          measure,
          ([, figures]) => shown(figures[measure]),
        ]),
      ),
    ),
    section(
      'Attribution',
      `Mean absolute weight of each feature on the gate slice, by ${explained.method}: in log-odds, or for permutation in probability.`,
      charts.bars(weights, version),
      folded('as a table', weights, ['feature', ([name]) => name], ['mean weight', ([, weight]) => weight]),
    ),
    section(
      'Bias',
      `Metrics by Clarify’s definitions. Who is affected: ${dataset.problem.affected}`,
      ...bias(evaluation, version),
    ),
  ];
}

/** The version that a challenger had to beat: the newest release that was trained on less. */
const championBefore = ({ releases }: Summary, trainedThrough: string): number | undefined =>
  releases
    .filter((release) => release.outcome === 'released' && release.trainedThrough < trainedThrough)
    .sort((a, b) => a.trainedThrough.localeCompare(b.trainedThrough))
    .at(-1)?.version;

/** Metrics with their neutral value: a ratio is 1 where nobody is treated otherwise. */
const SHOWN = { CI: 0, DPL: 0, DPPL: 0, DI: 1, AD: 0, RD: 0, DAR: 0 } as const;

/** Charts and a table for each facet. */
function bias({ analysis }: Evaluation, version: number | undefined): string[] {
  const before = analysis.pre_training_bias_metrics?.facets ?? {};
  return Object.entries(analysis.post_training_bias_metrics.facets).flatMap(([facet, values]) => {
    const groups = values.map(({ value_or_threshold: value, metrics }) => {
      const earlier = before[facet]?.find((each) => each.value_or_threshold === value)?.metrics ?? [];
      return { value, metrics: new Map([...earlier, ...metrics].map((metric) => [metric.name, metric])) };
    });
    const drawn = Object.entries(SHOWN).flatMap(([name, neutral]): [string, string][] => {
      const described = groups.map(({ metrics }) => metrics.get(name)?.description).find((text) => text !== undefined);
      if (described === undefined) return [];
      const found = groups.map(({ value, metrics }): [string, number | null] => [
        value,
        metrics.get(name)?.value ?? null,
      ]);
      return [[`${name}: ${described}`, charts.bars(found, version, neutral)]];
    });
    return [
      `<h3>${escape(facet)}</h3>`,
      charts.many('', drawn),
      folded(
        `${facet} as a table`,
        groups,
        [facet, ({ value }) => value],
        ...Object.keys(SHOWN).map((name): Column<(typeof groups)[number]> => [
          name,
          ({ metrics }) => metrics.get(name)?.value,
        ]),
      ),
    ];
  });
}
