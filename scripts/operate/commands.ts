/** Commands of a deployed kit: load, train, replay, monitor, release. */
import { type Command, Option } from 'commander';
import { type Algorithm, algorithms } from '../../lib/training/families';
import { calibrations, imbalances, type TrainingChoice } from '../../lib/training/treatment';
import { someOf, understood, type Where, whole } from '../shared/arguments';
import { STRATEGIES } from '../../lib/training/room';
import { terminal } from '../shared/out';
import { parseDay, parseRange, partitionsOf } from './days';
import type { DeployedKit } from './deployed-kit';
import { registerReading } from './reading';
import type { Released } from './releases';
import type { ReplayOptions } from './replay';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load every AWS client for every command
const load = <Module>(path: string): Module => require(path) as Module;

interface TrainOptions extends TrainingChoice {
  mode: 'train' | 'tune';
  before?: string;
  delayDays?: number;
  strategy?: string;
  trials?: number;
  earlyStopping?: true;
  warmStart?: string | true;
}

interface BakeoffOptions {
  families?: Algorithm[];
  before?: string;
  delayDays?: number;
}

type Range = ReturnType<typeof parseRange>;

/** Adds the commands; each loads its module when it runs. `--kit` and `--region` belong to the program. */
export function register(program: Command): void {
  const out = terminal();
  const deployed = (): Promise<DeployedKit> => {
    const { kit, region } = program.opts<Where>();
    const { discoverKit } = load<typeof import('./deployed-kit')>('./deployed-kit');
    return discoverKit(kit, region === undefined ? {} : { region });
  };
  const source = ({ dataset }: DeployedKit) =>
    load<typeof import('../../datasets/module')>('../../datasets/module').openSource(dataset.name);
  const releases = () => load<typeof import('./releases')>('./releases');
  const range = understood(parseRange);
  const day = understood(parseDay);
  const delayDays = () =>
    new Option(
      '--delay-days <days>',
      'days between an event and its label (default: labels.delayDays as deployed)',
    ).argParser(whole);

  program
    .command('load')
    .description('land raw data by its partitions and wait until one run has curated them')
    .argument('<days>', 'YYYY-MM, YYYY-MM..YYYY-MM or YYYY-MM-DD..YYYY-MM-DD', range)
    .action(async (days: Range) => {
      const { load: land } = load<typeof import('./load')>('./load');
      const kit = await deployed();
      await land(kit, { source: source(kit), partitions: partitionsOf(kit.dataset, days) }, out);
    });

  program
    .command('labels')
    .description('deliver the ground truth collected on these days')
    .argument('<days>', 'YYYY-MM..YYYY-MM or YYYY-MM-DD..YYYY-MM-DD', range)
    .addOption(delayDays())
    .action(async (collected: Range, options: { delayDays?: number }) => {
      const { labels } = load<typeof import('./load')>('./load');
      const kit = await deployed();
      await labels(kit, { source: source(kit), collected, ...options }, out);
    });

  program
    .command('train')
    .description('train a model, and release it when it beats the champion')
    .addOption(new Option('--mode <mode>').choices(['train', 'tune']).default('train'))
    .addOption(
      new Option('--algorithm <family>', 'model family (default: training.algorithm as deployed)').choices(algorithms),
    )
    .addOption(
      new Option('--imbalance <method>', 'treatment of a rare outcome (default: as deployed)').choices(imbalances),
    )
    .addOption(
      new Option('--calibration <method>', 'calibration of the scores after the fit (default: as deployed)').choices(
        calibrations,
      ),
    )
    .addOption(
      new Option('--strategy <strategy>', 'strategy of a tuning job (default: training.tuning.strategy as deployed)')
        .choices(STRATEGIES)
        .implies({ mode: 'tune' }),
    )
    .addOption(
      new Option('--trials <trials>', 'most trials of a tuning job (default: training.tuning.maxTrials as deployed)')
        .argParser(whole)
        .implies({ mode: 'tune' }),
    )
    .addOption(new Option('--early-stopping', 'stop trials below the median of earlier ones').implies({ mode: 'tune' }))
    .addOption(
      new Option('--warm-start [job]', 'go on from a tuning job (default: the newest that ended well)').implies({
        mode: 'tune',
      }),
    )
    .option('--before <day>', 'first day left out (default: the first whose labels have not arrived)', day)
    .addOption(delayDays())
    .action(async ({ before, delayDays, strategy, trials, earlyStopping, warmStart, ...options }: TrainOptions) => {
      const { labelledThrough, newestTuning, train } = load<typeof import('./train')>('./train');
      const kit = await deployed();
      const tuning = {
        ...(strategy && { strategy }),
        ...(trials !== undefined && { maxTrials: trials }),
        ...(earlyStopping && { earlyStopping: 'Auto' as const }),
        ...(warmStart && { warmStart: warmStart === true ? await newestTuning(kit) : warmStart }),
      };
      if (options.mode === 'train' && Object.keys(tuning).length > 0)
        throw new Error('mode train has no trials: omit the tuning options, or add --mode tune');
      const dataThrough = before ?? (await labelledThrough(kit, out, { delayDays }));
      const trained = await train(kit, { ...options, dataThrough, ...(options.mode === 'tune' && { tuning }) }, out);
      if (trained.released !== undefined) failUnlessServing(trained.released);
    });

  program
    .command('bakeoff')
    .description('train a model of each family, compare them in one table, and gate the winner')
    .option(
      '--families <families>',
      `some of ${algorithms.join(', ')}, joined by commas (default: all)`,
      someOf(algorithms),
    )
    .option('--before <day>', 'first day left out (default: the first whose labels have not arrived)', day)
    .addOption(delayDays())
    .action(async ({ before, delayDays, ...options }: BakeoffOptions) => {
      const { labelledThrough } = load<typeof import('./train')>('./train');
      const { bakeoff } = load<typeof import('./bakeoff')>('./bakeoff');
      const kit = await deployed();
      const dataThrough = before ?? (await labelledThrough(kit, out, { delayDays }));
      const { released } = await bakeoff(kit, { ...options, dataThrough }, out);
      if (released !== undefined) failUnlessServing(released);
    });

  program
    .command('replay')
    .description('send the curated rows of these days through the API')
    .argument('<days>', 'YYYY-MM or YYYY-MM-DD..YYYY-MM-DD', range)
    .addOption(
      new Option('--batch <period>', 'grouping of rows into requests: by hour and segment, or by day')
        .choices(['hour', 'day'])
        .default('day'),
    )
    .addOption(
      new Option(
        '--max-instances <rows>',
        'most rows of a request (default: serving.maxInstancesPerRequest as deployed)',
      ).argParser(whole),
    )
    .option('--concurrency <requests>', 'requests at once', whole, 4)
    .option('--skip <requests>', 'number of leading requests to skip, which were sent before', whole, 0)
    .action(async (days: Range, options: Omit<ReplayOptions, 'days' | 'signal'>) => {
      const { replay } = load<typeof import('./replay')>('./replay');
      const { watchCaptured } = load<typeof import('./captured')>('./captured');
      const interrupted = new AbortController();
      process.once('SIGINT', () => interrupted.abort());
      const kit = await deployed();
      const arrived = await watchCaptured(kit);
      const { requests } = await replay(kit, { days, ...options, signal: interrupted.signal }, out);
      await arrived(requests, out);
    });

  program
    .command('monitor')
    .description("compare a window of traffic with the champion's baseline")
    .argument('<windowStart>', 'first day', day)
    .argument('<windowEnd>', 'first day after the window', day)
    .option('--captured <days>', 'days on which the window was replayed (UTC), for native data capture', range)
    .action(async (start: string, end: string, { captured }: { captured?: Range }) => {
      const { monitor } = load<typeof import('./monitor')>('./monitor');
      await monitor(await deployed(), { start, end }, out, captured);
    });

  const version = ['<version>', 'number in the registry', whole] as const;
  program
    .command('reproduce')
    .description('train a version again from its record without registering it, and compare the models')
    .argument(...version)
    .action(async (version: number) => {
      const { reproduce } = load<typeof import('./reproduce')>('./reproduce');
      await reproduce(await deployed(), { version }, out);
    });

  program
    .command('approve')
    .description('approve a version that waits for approval, and wait for its release')
    .argument(...version)
    .action(async (version: number) => failUnlessServing(await releases().approve(await deployed(), { version }, out)));

  program
    .command('reject')
    .description('reject a version that waits for approval')
    .argument(...version)
    .requiredOption('--reason <sentence>', 'kept with the version')
    .action(async (version: number, { reason }: { reason: string }) =>
      releases().reject(await deployed(), { version, reason }, out),
    );

  program
    .command('release')
    .description('release an approved version newer than the champion, or bring its endpoint back')
    .argument(...version)
    .action(async (version: number) => failUnlessServing(await releases().release(await deployed(), { version }, out)));

  program
    .command('rollback')
    .description('release an approved version older than the champion')
    .argument(...version)
    .action(async (version: number) =>
      failUnlessServing(await releases().release(await deployed(), { version, older: true }, out)),
    );

  program
    .command('expire')
    .description('remove the endpoint until the next release; serving.expireAfterHours does so automatically')
    .action(async () => {
      await releases().expire(await deployed(), out);
    });

  registerReading(program, deployed, out);
}

function failUnlessServing({ outcome }: Released): void {
  if (outcome === 'rejected') process.exitCode = 1;
}
