/** `npm run local`: an account on this machine, with the kit in it, that stays. */
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openSource, storyOf } from '../../datasets/module';
import { chosenConfig, type Config } from '../../lib/config';
import { datasetOf } from '../../lib/shared/datasets';
import { Refused } from '../../lib/shared/refused';
import { deployKit } from '../account/deploy';
import { needs } from '../account/doctor/needs';
import { knownQuotas } from '../account/facts';
import { rangeText } from '../operate/days';
import { discoverKit } from '../operate/deployed-kit';
import { assemble } from '../rehearse/assembly';
import { bootstrap, type Engine, rootOf, startEngine } from '../rehearse/engine';
import { begin } from '../rehearse/story';
import { assumedByDefault } from '../rehearse/unknowns';
import type { Out } from '../shared/out';
import { type Asked, exports, folder, isUp, type LocalAccount, record, recorded, refuseBeside } from './account';

/**
 * Starts the engine, deploys into it, and leaves it running.
 * @throws Refused where an account is up already
 */
export async function start(asked: Asked, out: Out): Promise<void> {
  const earlier = recorded();
  refuseBeside(earlier);
  // Refused by the configuration's own words, before anything is started.
  const config = configOf(asked);
  const began = Date.now();
  const runDir = join(folder(), 'run');
  rmSync(runDir, { recursive: true, force: true });
  mkdirSync(runDir, { recursive: true });
  const assembly = join(runDir, 'cdk.out');
  const synthesized = asked.empty ? Promise.resolve() : assemble(assembly, overlaid(asked)).then(() => undefined);
  // A failure is told once the engine is up, and can be stopped.
  synthesized.catch(() => undefined);
  out.progress('starting the engine, synthesizing the kit');
  const engine = await startEngine(runDir, granted(config, out), assumedByDefault, await portOf(earlier));
  const interrupt = () => void engine.stop().then(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const { endpoint } = engine.root;
    record({ endpoint, pid: engine.pid, runDir, startedAt: new Date().toISOString(), asked });
    await synthesized;
    if (!asked.empty) await deploy(engine, asked, assembly, runDir, out);
    if (asked.seed !== undefined) await seed(engine, asked, config, out);
  } catch (error) {
    await engine.stop();
    throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  engine.stay();
  welcome(recorded()!, (Date.now() - began) / 1000, out);
}

const configOf = ({ kit, profile, config, with: rooms }: Asked): Config =>
  chosenConfig({ profile, kit, rooms }, config);

/** What is laid over the profile, the options of a name and of rooms among it. */
const overlaid = ({ kit, profile, config, with: rooms }: Asked) => ({
  profile,
  config: { ...config, kit, ...(rooms === undefined ? {} : { rooms }) },
});

async function deploy(engine: Engine, { kit }: Asked, assembly: string, runDir: string, out: Out): Promise<void> {
  out.progress('bootstrapping the account');
  await bootstrap(engine, assembly, join(runDir, 'bootstrap.log'));
  await deployKit({ kit, aws: engine.root, assembly, log: join(runDir, 'up.log'), out });
}

async function seed(engine: Engine, { kit: name }: Asked, config: Config, out: Out): Promise<void> {
  const kit = await discoverKit(name, engine.root);
  const story = storyOf(config.dataset);
  await begin({
    kit,
    config,
    story,
    out,
    source: openSource(config.dataset),
    seen: { releases: [], monitor: [] },
    timed: (_, part) => part(),
    through: story.last,
  });
}

/** What the configuration needs and a new account lacks: on AWS one asks for it, and waits. */
function granted(config: Config, out: Out): Record<string, number> {
  const lacking = needs(config).filter(({ service, name, least }) => {
    const known = knownQuotas.find((quota) => quota.service === service && quota.name === name);
    return known !== undefined && (known.newAccount ?? known.default) < least;
  });
  for (const { name, least } of lacking)
    out.line(`granted to this account, which AWS must be asked for: ${name}, ${least}`);
  return Object.fromEntries(lacking.map(({ name, least, comfortable }) => [name, comfortable?.value ?? least]));
}

/** The port of the account before, for terminals that have its exports; a free one where somebody took it. */
async function portOf(earlier: LocalAccount | undefined): Promise<number> {
  if (earlier === undefined) return 0;
  const port = Number(new URL(earlier.endpoint).port);
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
  return isFree ? port : 0;
}

/** What to type next, on this account. */
function welcome({ endpoint, asked }: LocalAccount, seconds: number, out: Out): void {
  const config = configOf(asked);
  const { history } = storyOf(config.dataset);
  const next = asked.empty
    ? 'source .local/env, then npx cdk bootstrap and npx cdk deploy --all'
    : asked.seed === undefined
      ? `npm run kit -- load ${rangeText(datasetOf(config.dataset), history)}, then npm run kit -- status`
      : 'npm run --silent kit -- sample > request.json, then npm run kit -- predict request.json';
  for (const line of [
    `A local account is up, no AWS was touched (${seconds.toFixed(0)} s). Commands of this clone talk to it: npm run kit -- …`,
    `npx cdk … and other programs do in a terminal with these lines, or after \`source ${join(folder(), 'env')}\`:`,
    ...exports(endpoint).map((each) => `  ${each}`),
    `next: ${next}; npm run local -- stop ends it`,
  ])
    out.line(line);
}

/** Ends the account and everything in it. @returns whether one was up */
export async function stop(): Promise<boolean> {
  const account = recorded();
  if (account === undefined || !isUp(account)) return false;
  process.kill(account.pid, 'SIGTERM');
  const until = Date.now() + 5000;
  while (isUp(account)) {
    // A custom resource that still waits keeps the emulator from ending by itself.
    if (Date.now() > until) process.kill(account.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

/** The account as clients are built with it. @throws Refused where none is up */
export function up(): { account: LocalAccount; aws: Engine['root'] } {
  const account = recorded();
  if (account === undefined || !isUp(account)) throw new Refused('no local account is up: npm run local starts one');
  return { account, aws: rootOf(account.endpoint) };
}
