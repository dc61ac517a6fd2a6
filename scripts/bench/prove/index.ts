/** `npm run prove`: runs a proof that is too large for the tests, one at a time. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { ROOT } from '../../shared/cdk';
import { filled, proofPage, TAUGHT } from './page';
import { prove } from './proof';
import { PROOFS } from './proofs';

export function register(program: Command): void {
  program
    .command('prove')
    .description('run a large proof and keep its figures in docs/proof')
    .argument('<name>', `one of ${Object.keys(PROOFS).join(', ')}`, known)
    .action((name: string) => {
      const { figures, seconds } = prove(name, PROOFS[name]!);
      writeFileSync(join(ROOT, 'docs/proof/README.md'), proofPage());
      for (const page of TAUGHT.map((path) => join(ROOT, path)))
        writeFileSync(page, filled(readFileSync(page, 'utf8')));
      console.log(JSON.stringify(figures, null, 2));
      console.log(`proven in ${seconds} s; commit docs/proof/${name}.json and the pages that show it`);
    });
}

function known(name: string): string {
  if (!(name in PROOFS)) throw new InvalidArgumentError(`it must be one of ${Object.keys(PROOFS).join(', ')}`);
  return name;
}
