/** Commands about the account: readiness, cost, deployment and removal of the kit. */
import type { Command } from 'commander';
import { chosenConfig, merge } from '../../lib/config';
import { examples, option, type Shaped, shaped, type Where } from '../shared/arguments';
import { Refused } from '../../lib/shared/refused';
import type { Aws } from '../operate/deployed-kit';
import { terminal } from '../shared/out';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load every AWS client for every command
const load = <Module>(path: string): Module => require(path) as Module;

/**
 * Adds the commands; each loads its module when it runs, so that the others start quickly. `--kit` and `--region` belong to the program:
 * `program.opts<Where>()`.
 */
export function register(program: Command): void {
  const out = terminal();
  const where = (): { kit: string; aws: Aws } => {
    const { kit, region } = program.opts<Where>();
    return { kit, aws: region === undefined ? {} : { region } };
  };
  // The requested result goes to standard output, so that it can be piped; progress does not.
  const stdout = terminal(process.stdout);
  const print = (document: unknown) => console.log(JSON.stringify(document, undefined, 2));

  interface Asked extends Shaped {
    json: boolean;
  }
  const resolved = (options: Asked) =>
    chosenConfig({ profile: options.profile, kit: where().kit, rooms: options.with }, options.config);

  shaped(program.command('doctor'))
    .description('check whether the account can take this configuration; exit code 1 when a check fails')
    .addOption(option.json())
    .addHelpText(
      ...examples(
        'doctor',
        'doctor --profile standard --json',
        `--region eu-west-1 doctor --config '{"training":{"spot":false}}'`,
      ),
    )
    .action(async (options: Asked) => {
      const { diagnose, printDiagnosis } = load<typeof import('./doctor')>('./doctor');
      const { synthesize } = load<typeof import('../shared/kit-app')>('../shared/kit-app');
      const config = resolved(options);
      out.progress(`checking the account for ${config.kit}, profile ${config.profile}`);
      const found = await diagnose({ config, aws: where().aws, templates: synthesize(config) });
      if (options.json) print(found);
      else printDiagnosis(found, stdout);
      if (found.verdict === 'fail') process.exitCode = 1;
    });

  shaped(program.command('cost'))
    .description('show the cost of the kit: idle, per run, and of the drift story')
    .addOption(option.maxUsd('an idle month and one drift story'))
    .addOption(option.json())
    .addHelpText(
      ...examples(
        'cost',
        'cost --profile standard --max-usd 200',
        `cost --json --config '{"monitoring":{"dashboard":true}}'`,
      ),
    )
    .action((options: Asked & { maxUsd?: number }) => {
      const { estimate, firstMonth, printEstimate } = load<typeof import('./cost')>('./cost');
      const { synthesize } = load<typeof import('../shared/kit-app')>('../shared/kit-app');
      const config = resolved(options);
      const found = estimate(config, synthesize(config));
      if (options.json) print(found);
      else printEstimate(found, stdout);
      const usd = firstMonth(found);
      if (options.maxUsd !== undefined && usd > options.maxUsd)
        throw new Refused(`an idle month and one drift story cost ${usd.toFixed(2)} USD, more than ${options.maxUsd}`);
    });

  shaped(program.command('up'))
    .description('check the account, show the cost, and deploy the kit')
    .addOption(option.life())
    .addOption(option.maxUsd('the first month'))
    .addOption(option.json())
    .addOption(option.yes())
    .addHelpText(
      ...examples(
        'up',
        'up --profile standard --max-usd 200',
        `up --kit team-a --config '{"foundation":{"auditTrail":false}}' --yes`,
      ),
    )
    .action(async ({ for: hours, ...options }: Asked & { for?: number; maxUsd?: number; yes: boolean }) => {
      const { up } = load<typeof import('./up')>('./up');
      const { kit, aws } = where();
      const life = hours === undefined ? {} : { serving: { expireAfterHours: hours } };
      const stacks = await up(aws, { ...options, kit, config: merge(options.config, life) }, out);
      if (options.json) print({ kit, profile: options.profile, stacks });
    });

  program
    .command('down')
    .description("stop the kit's jobs, empty its buckets, and delete it")
    .addOption(option.json())
    .addOption(option.yes())
    .addHelpText(...examples('down', 'down --kit team-a --yes --json'))
    .action(async ({ json, yes }: { json: boolean; yes: boolean }) => {
      const { takeDown } = load<typeof import('./down')>('./down');
      const { kit, aws } = where();
      const taken = await takeDown(aws, { kit, yes }, out);
      if (json) print(taken);
    });

  shaped(program.command('witness'))
    .description('run the commands of a first deployment, and keep a redacted transcript of requests and answers')
    .argument('[steps...]', 'doctor up load labels train replay monitor tune status down sweep (default: all)')
    .option('--out <folder>', 'folder of the transcript (default: .witness/<time>)')
    .addOption(option.yes())
    .addHelpText(...examples('witness', 'witness doctor up load --yes', 'witness down sweep'))
    .action(async (steps: string[], options: Asked & { out?: string; yes: boolean }) => {
      const { witness } = load<typeof import('../operate/witness')>('../operate/witness');
      const { kit, aws } = where();
      await witness(aws, { ...options, kit, steps }, out);
    });

  program
    .command('sweep')
    .description('list resources that the kit left in the account; exit code 1 when there are any')
    .addOption(option.json())
    .addHelpText(...examples('sweep', 'sweep --kit team-a --json'))
    .action(async ({ json }: { json: boolean }) => {
      const { clean, lines, sweep } = load<typeof import('./sweep')>('./sweep');
      const { kit, aws } = where();
      const found = await sweep(aws, kit);
      if (json) print(found);
      else for (const line of lines(found)) console.log(line);
      if (!clean(found)) process.exitCode = 1;
    });
}
