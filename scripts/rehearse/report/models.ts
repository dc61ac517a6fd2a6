/** The newest evaluation: how a champion is judged. */
import { targetOf } from '../../../lib/shared/dataset';
import type { Dataset } from '../../../lib/shared/dataset-file';
import { layout } from '../../../lib/shared/names';
import type { Evidence } from '../evidence';
import { written } from '../verify';
import * as charts from './charts';
import { type Evaluation } from './files';
import { type Cell, counts, type Section, section, table } from './page';

export async function models(evidence: Evidence, dataset: Dataset): Promise<Section[]> {
  const evaluations = written<Evaluation>(evidence, 'artifacts/evaluations/', layout.files.evaluation.metrics);
  const newest = evaluations.at(-1);
  if (newest === undefined) return [];
  const bins = Object.entries(newest.gate).flatMap(([model, { calibration = [] }]) =>
    calibration.map((b) => ({ model, predicted: b.meanScore, observed: b.observed, rows: b.rows })),
  );
  const measured = Object.keys(Object.values(newest.gate)[0] ?? {}).filter((name) => name !== 'calibration');
  const performance = Object.entries(newest.gate).map(([model, figures]): Cell[] => [
    model,
    ...measured.map((name) => {
      const figure = figures[name];
      if (Array.isArray(figure)) return JSON.stringify(figure);
      return typeof figure === 'object' && figure !== null
        ? counts(figure as Record<string, number>)
        : (figure as Cell);
    }),
  ]);
  const explained = newest.analysis.explanations.kernel_shap.label0;
  const weights = Object.entries(explained.global_shap_values).sort(([, a], [, b]) => b - a);
  return [
    section(
      'Newest evaluation',
      `Trained through ${newest.model.trainedThrough}; figures of the gate slice. Each week of its own period held out in turn: ${newest.falseAlarms.alarms} of ${newest.falseAlarms.windows} would have raised an alarm.`,
      ...(bins.length === 0 ? [] : [await charts.render(charts.calibration(bins, targetOf(dataset)))]),
      table(['model', ...measured], performance),
    ),
    section(
      'Attribution',
      `Mean absolute weight of each feature on the gate slice, by ${explained.method}: in log-odds, or for permutation in probability.`,
      table(['feature', 'mean weight'], weights),
    ),
    section('Bias', `Metrics by Clarify’s definitions. Who is affected: ${dataset.problem.affected}`, bias(newest)),
  ];
}

function bias({ analysis }: Evaluation): string {
  const pre = analysis.pre_training_bias_metrics?.facets ?? {};
  const rows = Object.entries(analysis.post_training_bias_metrics.facets).flatMap(([facet, values]) =>
    values.map(({ value_or_threshold: value, metrics }): Cell[] => {
      const before = pre[facet]?.find((v) => v.value_or_threshold === value)?.metrics ?? [];
      const figure = (name: string) => [...before, ...metrics].find((m) => m.name === name)?.value;
      return [facet, value, ...shown.map(figure)];
    }),
  );
  return table(['facet', 'value', ...shown], rows);
}
const shown = ['CI', 'DPL', 'DPPL', 'DI', 'AD', 'RD', 'DAR'];
