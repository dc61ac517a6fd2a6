/** The parts of job outputs that the report uses; docs/contracts.md describes them. */
import { join } from 'node:path';
import { dataLake } from '../../../lib/data-lake/room';
import type { Dataset } from '../../../lib/shared/dataset-file';
import { datasetOf } from '../../../lib/shared/datasets';
import { layout } from '../../../lib/shared/names';
import { readKit } from '../../shared/templates';
import { readJson } from '../../shared/json-file';
import type { WindowOutcome } from '../../operate/monitor';
import type { Evidence } from '../evidence';
import type { Summary } from '../verify';

/** Figures by name, which depends on the task; a yes or no has its calibration too. */
export interface Performance extends Record<string, unknown> {
  calibration?: { meanScore: number; observed: number; rows: number }[];
}
interface Facets {
  facets: Record<
    string,
    { value_or_threshold: string; metrics: { name: string; description: string; value: number | null }[] }[]
  >;
}
export interface Evaluation {
  model: { trainedThrough: string };
  gate: Record<string, Performance>;
  analysis: {
    pre_training_bias_metrics?: Facets;
    post_training_bias_metrics: Facets;
    explanations: { kernel_shap: { label0: { method: string; global_shap_values: Record<string, number> } } };
  };
  /** Held-out weeks of the model's own period that would have raised an alarm. */
  falseAlarms: { windows: number; alarms: number };
  profile: {
    name: string;
    numerical_statistics?: {
      common: { num_present: number; num_missing: number };
      mean: number;
      min: number;
      max: number;
      distribution: { kll: { buckets: { lower_bound: number; upper_bound: number; count: number }[] } };
    };
    string_statistics?: { common: { num_present: number; num_missing: number }; distinct_count: number };
  }[];
}
export interface Quality {
  partition: string;
  rows: { in: number; curated: number; setAside: number; quarantined: number };
  setAside: Record<string, number>;
  quarantined: Record<string, number>;
  nulled: Record<string, number>;
}
export type Interval = [low: number, high: number];
export interface Outcome extends WindowOutcome {
  /** Events of other models, by identity; `records` are those that the champion answered. */
  othersRecords: Record<string, number>;
  unattributedRecords: number;
  quality:
    | (NonNullable<WindowOutcome['quality']> & Record<'scoreInterval' | 'ruleScoreInterval' | 'interval', Interval>)
    | null;
  /** A distance is null when the window holds no value of the feature. */
  drift: { feature: string; distance: number | null; threshold: number }[];
}

export function read(runDir: string): { summary: Summary; evidence: Evidence; dataset: Dataset } {
  const outputs = readKit(join(runDir, 'cdk.out')).templates['data-lake'].Outputs;
  return {
    dataset: datasetOf(String(outputs?.[dataLake.outputs.dataset]?.Value)),
    summary: readJson(join(runDir, 'summary.json')) as Summary,
    evidence: readJson(join(runDir, 'evidence.json')) as Evidence,
  };
}

/**
 * The evaluation with the newest data, and the version that came of it; none where the gate held the challenger. A bake-off writes
 * several of one day: the registered one is meant.
 */
export function newestEvaluation(
  evidence: Pick<Evidence, 'objects' | 'packages'>,
): { evaluation: Evaluation; version?: number } | undefined {
  const { metrics } = layout.files.evaluation;
  const of = (folder: string) =>
    evidence.packages.find(({ metadata }) => metadata.evaluation?.endsWith(folder))?.version;
  return Object.entries(evidence.objects as Record<string, Evaluation>)
    .filter(([key]) => key.startsWith('artifacts/evaluations/') && key.endsWith(`/${metrics}`))
    .map(([key, evaluation]) => ({ evaluation, version: of(key.slice('artifacts'.length, -metrics.length)) }))
    .sort(
      (a, b) =>
        a.evaluation.model.trainedThrough.localeCompare(b.evaluation.model.trainedThrough) ||
        (a.version ?? 0) - (b.version ?? 0),
    )
    .at(-1);
}
