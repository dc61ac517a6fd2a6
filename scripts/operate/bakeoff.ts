import { GetObjectCommand } from '@aws-sdk/client-s3';
import { fill, layout } from '../../lib/shared/names';
import type { Algorithm } from '../../lib/training/families';
import type { DeployedKit } from './deployed-kit';
import { table } from './query';
import type { Out } from '../shared/out';
import { train, type Trained } from './train';

/** What a person reads of a bake-off's table; docs/contracts.md has all of it. */
export interface BakeoffTable {
  winner: Algorithm;
  families: Contender[];
  rule: Ranked & { name: string };
  nothing: { costPerThousand: number };
  costUnit: string;
  failed: string[];
}

interface Ranked {
  auc: number;
  prAuc: number;
  /** AUC less the winner's, with its interval. */
  gain: number;
  interval: [number, number];
  costPerThousand: number;
}

interface Contender extends Ranked {
  family: Algorithm;
  selectAuc: number;
  brier: number;
  calibrationError: number;
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
    compared = await read(kit, place);
    out.line(shown(compared));
    for (const each of compared.failed) out.line(`not in the table: ${each}`);
    out.line(
      `the winner of the select slice is ${compared.winner}; the figures are of the gate's rows, unseen by the choice`,
    );
    out.line(`as a page: s3://${kit.buckets.artifacts}/${place}${layout.files.bakeoff.page}`);
  });
  return { ...trained, table: compared };
}

async function read(kit: DeployedKit, place: string): Promise<BakeoffTable> {
  const Key = `${place}${layout.files.bakeoff.table}`;
  const { Body } = await kit.s3.send(new GetObjectCommand({ Bucket: kit.buckets.artifacts, Key }));
  return JSON.parse(await Body!.transformToString()) as BakeoffTable;
}

function shown({ families, rule, nothing }: BakeoffTable): string {
  const ranked = ({ auc, gain, interval, prAuc }: Ranked) => [
    auc.toFixed(4),
    gain.toFixed(4),
    `[${interval.map((end) => end.toFixed(4)).join(', ')}]`,
    prAuc.toFixed(4),
  ];
  const cost = (each: { costPerThousand: number }) => each.costPerThousand.toFixed(1);
  return table({
    columns: ['', 'select', 'AUC', 'to winner', '95 %', 'PR-AUC', 'Brier', 'calibration', 'cost/1,000', 'CPU s'],
    rows: [
      ...families.map((each) => [
        each.family,
        each.selectAuc.toFixed(4),
        ...ranked(each),
        each.brier.toFixed(4),
        each.calibrationError.toFixed(4),
        cost(each),
        each.cpuSeconds.toFixed(1),
      ]),
      [rule.name, null, ...ranked(rule), null, null, cost(rule), null],
      ['doing nothing', null, null, null, null, null, null, null, cost(nothing), null],
    ],
  });
}
