/** Scenario `bakeoff`: compares all families, and then takes each of them through the whole life of a model. */
import families from '../../../schema/families.json';
import { addDays, type DayRange } from '../../../lib/shared/days';
import { fill, layout } from '../../../lib/shared/names';
import { type Algorithm, algorithms } from '../../../lib/training/families';
import { packageMetadata } from '../../../lib/training/room';
import { bakeoff } from '../../operate/bakeoff';
import { partitionOf, partitionsOf } from '../../operate/days';
import { run } from '../../operate/executions';
import { recordIn } from '../../operate/lineage';
import { load } from '../../operate/load';
import { readUri } from '../../operate/objects';
import { predict } from '../../operate/predict';
import type { Trained } from '../../operate/train';
import type { Evaluation } from '../report/files';
import { MAY_REGISTER, register } from '../packages';
import { expect, type Scenario, type Stage } from '../scenario';
import { approved, deliver, live, Partitions } from '../story';
import { type Recomputed, versionOf } from '../verify';

/** Enough trees for a forest; the bake-off has trained complete ones. */
const FEWER_ROUNDS: Partial<Record<Algorithm, object>> = {
  'random-forest': { num_round: 3 },
  'extra-trees': { num_round: 3 },
  'neural-network': { num_round: 6 },
  linear: { num_round: 6 },
};

/** Tolerance between scores of the training program and of the endpoint. */
const SAME_SCORE = 1e-6;

export const bakedOff: Scenario = {
  name: 'bakeoff',
  title: 'model families side by side, then each one gated, released, asked, monitored and explained',
  // Every family passes the gate without a champion, like a first model; a person then releases one after the other.
  config: { training: { approval: 'manual' } },
  extra: MAY_REGISTER,
  async play(stage) {
    const { history } = stage.story;
    await load(stage.kit, { source: stage.source, partitions: partitionsOf(stage.kit.dataset, history) }, stage.out);
    await deliver(stage, history);
    const { table, modelPackageArn } = await stage.timed('bake-off', () =>
      bakeoff(stage.kit, { dataThrough: history.end }, stage.out),
    );
    expect(
      table !== undefined && table.failed.length === 0,
      `not every family was trained: ${table?.failed.join('; ')}`,
    );
    const gated = new Map<Algorithm, string>();
    if (modelPackageArn !== undefined) gated.set(table.winner, modelPackageArn);
    const held = await stage.timed('each family', () => trainOthers(stage, gated));
    const week = { start: addDays(history.end, -stage.config.monitoring.windowDays), end: history.end };
    const partitions = new Partitions(stage, history, partitionOf(stage.kit.dataset, week.start));
    const inOrder = [...gated].sort(([, a], [, b]) => versionOf(a) - versionOf(b));
    for (const [family, arn] of inOrder) await stage.timed('life', () => serve(stage, family, arn, week, partitions));
    return `${table.winner} wins the bake-off of ${table.families.length}; ${inOrder.length} families were released, answered, monitored and explained${held.length === 0 ? '' : `; the gate held ${held.join(', ')}, which a person released nonetheless`}`;
  },
  prove: ({ bakeoffs }) =>
    bakeoffs.length === 1 ? proveWinner(bakeoffs) : [`${bakeoffs.length} bake-offs have a table`],
};

/**
 * Trains and gates the families that the bake-off has not registered, two at a time.
 * @returns the families that the gate held: they are registered by hand, so that each of them serves once
 */
async function trainOthers(stage: Stage, gated: Map<Algorithm, string>): Promise<Algorithm[]> {
  const { kit, story, out } = stage;
  const waiting = algorithms.filter((family) => !gated.has(family));
  const held = new Map<Algorithm, { execution: string; decision: Decision }>();
  const next = async (): Promise<void> => {
    const algorithm = waiting.shift();
    if (algorithm === undefined) return;
    const hyperparameters = FEWER_ROUNDS[algorithm] ?? {};
    const input = { mode: 'train', algorithm, hyperparameters, dataThrough: story.history.end };
    const { output, executionArn } = await run(kit, 'train', input, out);
    const { outcome, reason, modelPackageArn, decision } = output as Trained & { decision: Decision };
    out.line(`${algorithm}: ${outcome}: ${reason}`);
    if (modelPackageArn !== undefined) gated.set(algorithm, modelPackageArn);
    else held.set(algorithm, { execution: executionArn.split(':').at(-1)!, decision });
    await next();
  };
  await Promise.all([next(), next()]);
  for (const [family, { execution, decision }] of held) {
    const evaluation = `s3://${kit.buckets.artifacts}/${fill(layout.artifacts.evaluations, { execution })}`;
    const facts = {
      [packageMetadata.trainedThrough]: decision.trainedThrough,
      [packageMetadata.identity]: decision.identity,
      [packageMetadata.evaluation]: evaluation,
      [packageMetadata.smokeTest]: `${evaluation}${layout.files.evaluation.smokeTest}`,
    };
    const { model: modelData } = (await recordIn(kit, evaluation)).training;
    gated.set(family, await register(stage, `${family}, which the gate held`, { modelData, facts }));
  }
  return [...held.keys()];
}

interface Decision {
  identity: string;
  trainedThrough: string;
}

/** Releases a family's model, sends requests, monitors one window, and reads its explanation. */
async function serve(stage: Stage, family: Algorithm, arn: string, week: DayRange, partitions: Partitions) {
  const { kit } = stage;
  const { outcome, reason, facts } = await approved(stage, arn);
  expect(outcome === 'released', `${family} was ${outcome}: ${reason}`);
  const { request, expectedScores } = await readUri<SmokeTest>(kit, facts[packageMetadata.smokeTest]!);
  const answer = (await predict(kit, { input: request })) as { model: string; predictions: { score: number }[] };
  const online = answer.predictions.map(({ score }) => score);
  const apart = Math.max(...online.map((score, i) => Math.abs(score - expectedScores[i]!)));
  expect(answer.model === facts[packageMetadata.identity], `${answer.model} answers, not the model of ${family}`);
  expect(apart <= SAME_SCORE, `the endpoint scores ${family} ${apart} apart from the job that evaluated it`);

  const { records, outcomeUri } = await live(stage, week, partitions);
  expect(records > 0, `the monitor found no record of ${family}`);
  const { analysis: file } = layout.files.evaluation;
  for (const folder of [facts[packageMetadata.evaluation]!, outcomeUri.replace(/[^/]+$/, '')]) {
    const { explanations } = await readUri<Evaluation['analysis']>(kit, `${folder}${file}`);
    const { method } = explanations.kernel_shap.label0;
    const { explained } = families[family];
    expect(method === explained, `${folder} explains ${family} by ${method}, not by ${explained}`);
  }
}

interface SmokeTest {
  request: unknown;
  expectedScores: number[];
}

/** The job's winner must be the best on the select slice. */
export function proveWinner(bakeoffs: Recomputed['bakeoffs']): string[] {
  return bakeoffs.flatMap(({ winner, measure, families: compared }) => {
    const best = Math[measure === 'AUC' ? 'max' : 'min'](...compared.map(({ selectScore }) => selectScore));
    const named = compared.find(({ family }) => family === winner);
    return named?.selectScore === best && named.gain === 0
      ? []
      : [`${winner} won a bake-off, but the select slice ranks otherwise: ${JSON.stringify(compared)}`];
  });
}
