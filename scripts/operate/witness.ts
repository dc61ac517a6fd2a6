/** `witness`: runs the commands of a first deployment and writes a redacted transcript of AWS's requests and answers. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chosenConfig, type Config, type Overlay } from '../../lib/config';
import { xgboostImageIn } from '../../lib/shared/xgboost-image';
import questions from '../../engine/unknowns.json';
import { ROOT } from '../shared/cdk';
import { diagnose, printDiagnosis } from '../account/doctor';
import { hasImage, region } from '../account/doctor/look';
import { takeDown } from '../account/down';
import { clean, lines, sweep } from '../account/sweep';
import { synthesize } from '../shared/kit-app';
import { up } from '../account/up';
import { Refused } from '../../lib/shared/refused';
import { openSource, storyOf } from '../../datasets/module';
import { watchCaptured } from './captured';
import { addDays, type DayRange } from '../../lib/shared/days';
import { type Aws, type DeployedKit, discoverKit } from './deployed-kit';
import { labels, load } from './load';
import { monitor } from './monitor';
import { partitionsOf } from './days';
import type { Out } from '../shared/out';
import { type Call, Recording } from './recording';
import { replay } from './replay';
import { status } from './status';
import { train } from './train';
import { page } from './witness-page';

interface WitnessOptions {
  kit: string;
  profile: string;
  config: Overlay;
  /** Opt-in rooms. @default those of the configuration */
  with?: readonly string[];
  /** Steps in any order. @default all */
  steps: readonly string[];
  yes: boolean;
  /** Folder of the transcript. @default .witness/<time> */
  out?: string;
}

interface Step {
  name: string;
  outcome: 'done' | 'failed';
  seconds: number;
  /** The output of the command, and the reason of a failure. */
  said: string[];
  calls: Call[];
}

export interface Transcript {
  startedAt: string;
  commit: string;
  region: string;
  profile: string;
  /** Questions without published answers; `answer` is null when these commands do not test it. */
  unknowns: { name: string; question: string; answer: string | null }[];
  steps: Step[];
}

interface Ground {
  aws: Aws;
  options: WitnessOptions;
  config: Config;
  out: Out;
  deployed(): Promise<DeployedKit>;
}

/** The replayed days after the history. */
function weekOf({ dataset }: Config): DayRange {
  const { end } = storyOf(dataset).history;
  return { start: end, end: addDays(end, 7) };
}

/** The steps of a first deployment, in this order: early failures cost little. */
const STEPS: Record<string, (ground: Ground) => Promise<unknown>> = {
  doctor: async ({ aws, config, out }) => {
    const found = await diagnose({ config, aws, templates: synthesize(config) });
    printDiagnosis(found, out);
    if (found.verdict === 'fail') throw new Error('doctor finds what would make the deployment fail');
  },
  up: ({ aws, options, out }) => up(aws, options, out),
  load: async ({ config, deployed, out }) => {
    // A single partition first, because it tests the path through Glue.
    const kit = await deployed();
    const { history } = storyOf(config.dataset);
    const [first, ...others] = partitionsOf(kit.dataset, { ...history, end: weekOf(config).end });
    for (const partitions of [[first!], others])
      await load(kit, { source: openSource(config.dataset), partitions }, out);
  },
  labels: (ground) => deliver(ground, storyOf(ground.config.dataset).history),
  train: (ground) => learn(ground, 'train'),
  replay: async ({ config, deployed, out }) => {
    const kit = await deployed();
    const arrived = await watchCaptured(kit);
    const { requests } = await replay(kit, { days: weekOf(config) }, out);
    if ((await arrived(requests, out)) < requests) throw new Error('not all requests were captured');
  },
  monitor: async (ground) => {
    const week = weekOf(ground.config);
    await deliver(ground, week);
    const today = new Date().toISOString().slice(0, 10);
    // An endpoint of this mode captures under the day of the replay.
    const native = ground.config.serving.mode === 'real-time';
    const captured = native ? { start: today, end: addDays(today, 1) } : undefined;
    await monitor(await ground.deployed(), week, ground.out, captured);
  },
  tune: (ground) => learn(ground, 'tune'),
  status: async ({ deployed, out }) => status(await deployed(), out),
  down: ({ aws, options, out }) => takeDown(aws, options, out),
  sweep: async ({ aws, options, out }) => {
    const found = await sweep(aws, options.kit);
    for (const line of lines(found)) out.line(line);
    if (!clean(found)) throw new Error('something is left');
  },
};

async function deliver({ config, deployed, out }: Ground, { start, end }: DayRange): Promise<void> {
  const kit = await deployed();
  const { delayDays } = kit.settings;
  const collected = { start: addDays(start, delayDays), end: addDays(end, delayDays) };
  await labels(kit, { source: openSource(config.dataset), collected }, out);
}

async function learn({ config, deployed, out }: Ground, mode: 'train' | 'tune'): Promise<void> {
  const { outcome, reason, released } = await train(
    await deployed(),
    { mode, dataThrough: storyOf(config.dataset).history.end },
    out,
  );
  if (outcome === 'NoCapacity' || released?.outcome === 'rejected') throw new Error(released?.reason ?? reason);
}

/** How these commands find AWS's answer to a question; the kit avoids questions without an entry. */
const ANSWERS: Partial<Record<keyof typeof questions, (calls: readonly Call[], aws: Aws) => Promise<string | null>>> = {
  'undocumented-image-tag': async (_, aws) => {
    const image = xgboostImageIn(await region(aws));
    const found = await hasImage(aws, { ...image, imageTag: `${image.imageTag}-cpu-py3` }).catch(() => null);
    return found === null ? null : found ? 'accept' : 'refuse';
  },
  'tuning-metric-definition': async (calls) => {
    const asked = calls.filter(({ call }) => call.startsWith('sagemaker:createHyperParameterTuningJob'));
    const refused = asked.some(({ error, answer }) => error && /metric definitions/.test(JSON.stringify(answer)));
    return asked.length === 0 ? null : refused ? 'refuse' : 'accept';
  },
};

/**
 * Runs the steps until one fails, and always writes the transcript.
 * @throws Error naming the failed step and how to continue
 */
export async function witness(aws: Aws, options: WitnessOptions, out: Out): Promise<Transcript> {
  const { kit, profile, with: rooms, steps: asked } = options;
  const foreign = asked.filter((name) => !(name in STEPS));
  if (foreign.length > 0) throw new Refused(`${foreign.join(', ')} is none of ${Object.keys(STEPS).join(', ')}`);
  const config = chosenConfig({ profile, kit, rooms }, options.config);
  const startedAt = new Date().toISOString();
  const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
  const commit = git.status === 0 ? git.stdout.trim() : 'unknown';
  const recording = new Recording();
  const recorded = { ...aws, logger: recording.logger };
  const left = Object.keys(STEPS).filter((name) => asked.length === 0 || asked.includes(name));
  const steps: Step[] = [];
  let failure: Error | undefined;
  for (let name = left[0]; name !== undefined && failure === undefined; name = left[0]) {
    out.line(`── ${name}`);
    const said: string[] = [];
    const heard: Out = { ...out, line: (text) => (said.push(recording.redact(text)), out.line(text)) };
    const deployed = () => discoverKit(kit, recorded);
    const started = Date.now();
    await STEPS[name]!({ aws: recorded, options, config, out: heard, deployed }).catch((error: Error) => {
      failure = error;
      said.push(recording.redact(`${error.name}: ${error.message}`));
    });
    const seconds = Math.round((Date.now() - started) / 1000);
    steps.push({ name, outcome: failure ? 'failed' : 'done', seconds, said, calls: await recording.take(aws) });
    if (failure === undefined) left.shift();
  }
  const calls = steps.flatMap((step) => step.calls);
  const unknowns: Transcript['unknowns'] = [];
  for (const [name, { question }] of Object.entries(questions)) {
    const answer = (await ANSWERS[name as keyof typeof questions]?.(calls, aws)) ?? null;
    unknowns.push({ name, question, answer });
  }
  const transcript = { startedAt, commit, region: await region(aws), profile, unknowns, steps };
  const folder = options.out ?? join(ROOT, '.witness', startedAt.slice(0, 19).replace(/[:T]/g, '-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'transcript.json'), `${JSON.stringify(transcript, undefined, 2)}\n`);
  writeFileSync(join(folder, 'transcript.md'), page(transcript));
  out.line(`the transcript: ${join(folder, 'transcript.md')}, and transcript.json beside it`);
  if (failure !== undefined)
    throw new Error(`${failure.message}\ncorrect it and go on: npm run kit -- witness ${left.join(' ')}`, {
      cause: failure,
    });
  return transcript;
}
