/** Commands of a deployed kit that change nothing. */
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { option, whole } from '../shared/arguments';
import { readJson } from '../shared/json-file';
import { type Out, terminal } from '../shared/out';
import type { DeployedKit } from './deployed-kit';
import type { Engine } from './query';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load every AWS client for every command
const load = <Module>(path: string): Module => require(path) as Module;

/** Adds the commands. @param deployed finds the kit that the program's options name */
export function registerReading(program: Command, deployed: () => Promise<DeployedKit>, out: Out): void {
  program
    .command('predict')
    .description('predict the instances of a JSON file')
    .argument('<file>', 'path, or - for standard input')
    .action(async (file: string) => {
      const { predict } = load<typeof import('./predict')>('./predict');
      const input = readJson(file);
      console.log(JSON.stringify(await predict(await deployed(), { input }), undefined, 2));
    });

  program
    .command('status')
    .description('show curated data, versions, the endpoint, executions and alarms')
    .addOption(option.json())
    .action(async ({ json }: { json: boolean }) => {
      const { status, statusOf } = load<typeof import('./status')>('./status');
      if (json) console.log(JSON.stringify(await statusOf(await deployed()), undefined, 2));
      // The answer can be piped.
      else await status(await deployed(), terminal(process.stdout));
    });

  program
    .command('sample')
    .description('print a request that `predict` takes, of rows that the Glue job wrote')
    .option('--rows <rows>', 'rows of the request', whole, 1)
    .option('--partition <partition>', 'month or day (default: the newest that is curated)')
    .action(async (options: { rows: number; partition?: string }) => {
      const { sample } = load<typeof import('./sample')>('./sample');
      console.log(JSON.stringify(await sample(await deployed(), options), undefined, 2));
    });

  program
    .command('pull')
    .description('bring curated data, models, evaluations and monitored windows to disk')
    .argument('[folder]', 'where they go', 'pulled')
    .option('--parts <parts>', 'some of them, joined by commas, e.g. models,evaluations (default: all)')
    .addOption(option.json())
    .action(async (folder: string, { parts, json }: { parts?: string; json: boolean }) => {
      const { pull } = load<typeof import('./pull')>('./pull');
      const pulled = await pull(await deployed(), { folder, parts: parts?.split(',') }, out);
      if (json) console.log(JSON.stringify(pulled, undefined, 2));
    });

  program
    .command('why')
    .description('what the guard decided, on which evidence, and what would have changed it')
    .option('--last <decisions>', 'how many, the newest first', whole, 1)
    .addOption(option.json())
    .action(async ({ last, json }: { last: number; json: boolean }) => {
      const { toldWhy, why } = load<typeof import('./decisions')>('./decisions');
      const found = await why(await deployed(), { last });
      console.log(json ? JSON.stringify(found, undefined, 2) : found.flatMap(toldWhy).join('\n'));
    });

  program
    .command('query')
    .description('run a SQL query on the lake, and print its cost')
    .argument('<sql>', 'a SELECT; the tables of Redshift are awsdatacatalog.<database>.<table>')
    .addOption(new Option('--engine <engine>').choices(['athena', 'redshift']).default('athena'))
    .option('--grant', "first grant yourself the use of the catalog as the warehouse's admin, if it is missing", false)
    .addOption(option.json())
    .action(async (sql: string, { json, ...options }: { engine: Engine; grant: boolean; json: boolean }) => {
      const { query, table } = load<typeof import('./query')>('./query');
      const answer = await query(await deployed(), { sql, ...options }, out);
      console.log(json ? JSON.stringify(answer) : table(answer));
    });

  program
    .command('lineage')
    .description('show the inputs of a version, file by file with hashes, and its later history')
    .argument('<version>', 'number in the registry', whole)
    .addOption(option.json())
    .option('--svg <file>', 'also draw it')
    .action(async (version: number, { json, svg }: { json: boolean; svg?: string }) => {
      const { lineageOf, told } = load<typeof import('./lineage')>('./lineage');
      const found = await lineageOf(await deployed(), version);
      console.log(json ? JSON.stringify(found) : told(found).join('\n'));
      if (svg === undefined) return;
      const { picture } = load<typeof import('./lineage-picture')>('./lineage-picture');
      writeFileSync(svg, await picture(found));
      out.line(`drawn in ${svg}`);
    });
}
