import { fill, layout } from '../../lib/shared/names';
import type { Algorithm } from '../../lib/training/families';
import type { DeployedKit } from './deployed-kit';
import { readObject } from './objects';
import { table } from './query';
import type { Out } from '../shared/out';
import { train, type Trained } from './train';

/** The parts of a bake-off's table that are printed; docs/contracts.md describes all of it. */
export interface BakeoffTable {
  winner: Algorithm;
  measure: string;
  families: Contender[];
  rule: Ranked & { name: string };
  nothing: Figures;
  failed: string[];
}

type Figures = Partial<Record<keyof typeof FIGURES, number>>;

const FIGURES = {
  prAuc: 'PR-AUC',
  brier: 'Brier',
  calibrationError: 'calibration',
  macroF1: 'macro F1',
  rmse: 'RMSE',
  r2: 'R²',
  coverage: 'coverage',
  costPerThousand: 'cost/1,000',
} as const;

interface Ranked extends Figures {
  score: number;
  /** Advantage over the winner, with its interval. */
  gain: number;
  interval: [number, number];
}

interface Contender extends Ranked {
  family: Algorithm;
  selectScore: number;
  cpuSeconds: number;
}

/** Trains a model of each family, prints their table, and waits for the release of a winner that passes the gate. */
export async function bakeoff(
  kit: DeployedKit,
  options: { families?: readonly Algorithm[]; dataThrough: string },
  out: Out,
): Promise<Trained & { table?: BakeoffTable }> {
  let compared: BakeoffTable | undefined;
  const trained = await train(kit, { mode: 'bakeoff', ...options }, out, async (executionArn) => {
    const place = fill(layout.artifacts.evaluations, { execution: executionArn.split(':').at(-1)! });
    compared = await readObject<BakeoffTable>(kit, kit.buckets.artifacts, `${place}${layout.files.bakeoff.table}`);
    out.line(shown(compared));
    for (const each of compared.failed) out.line(`not in the table: ${each}`);
    out.line(
      `the winner of the select slice is ${compared.winner}; the figures are of the gate's rows, which the choice did not use`,
    );
    out.line(`as a page: s3://${kit.buckets.artifacts}/${place}${layout.files.bakeoff.page}`);
  });
  return { ...trained, table: compared };
}

function shown({ measure, families, rule, nothing }: BakeoffTable): string {
  const names = (Object.keys(FIGURES) as (keyof typeof FIGURES)[]).filter((name) => families[0]?.[name] !== undefined);
  const figures = (row: Figures) => names.map((name) => row[name]?.toFixed(name === 'costPerThousand' ? 1 : 4) ?? null);
  const ranked = ({ score, gain, interval, ...row }: Ranked) => [
    score.toFixed(4),
    gain.toFixed(4),
    `[${interval.map((end) => end.toFixed(4)).join(', ')}]`,
    ...figures(row),
  ];
  const rows = [
    ...families.map((each) => [each.family, each.selectScore.toFixed(4), ...ranked(each), each.cpuSeconds.toFixed(1)]),
    [rule.name, null, ...ranked(rule), null],
    ...(nothing.costPerThousand === undefined
      ? []
      : [['doing nothing', null, null, null, null, ...figures(nothing), null]]),
  ];
  return table({
    columns: ['', 'select', measure, 'to winner', '95 %', ...names.map((name) => FIGURES[name]), 'CPU s'],
    rows,
  });
}
