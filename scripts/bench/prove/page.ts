/** docs/proof/README.md: proofs with date, commit and validity. */
import { ROOT } from '../../shared/cdk';
import { code, pageOf, table } from '../../docs/markdown';
import { type Figures, isStale, isTable, type Proof, provenOf } from './proof';
import { PROOFS } from './proofs';

export function proofPage(proofs: Readonly<Record<string, Proof>> = PROOFS, root = ROOT): string {
  return pageOf([
    '# Proofs by hand',
    '',
    '<!-- `npm run docs` and `npm run prove` generate this page from the JSON files beside it. -->',
    '',
    'Proofs that take too long for `npm test` are run with `npm run prove -- <name>`, on committed files only, and recorded here with commit, seed, machine and figures.',
    '',
    'A proof is **stale** once a file that it covers differs from those it ran with; the record contains a hash of these files, so that the check works in a clone without history too. The mark is on this page, and',
    'a test keeps the page current, so that no stale proof is shown as a fresh one. A mark changes once after a run of its proof, whatever changes later: the first change of what is covered is',
    'committed together with it (`npm run docs`), and no later one has to touch this page.',
    ...table(
      ['proof', 'shows', 'state', 'on', 'commit', 'took'],
      Object.entries(proofs).map(([name, proof]) => {
        const proven = provenOf(name, root);
        if (proven === undefined) return [code(name), proof.title, 'not run yet', '', '', ''];
        const state = isStale(proven, proof, root) ? '**stale**' : 'holds';
        const day = proven.startedAt.slice(0, 10);
        return [
          `[${name}](${name}.json)`,
          proof.title,
          state,
          day,
          code(proven.commit.slice(0, 10)),
          `${proven.seconds} s`,
        ];
      }),
    ),
    ...Object.entries(proofs).flatMap(([name, { title }]) => {
      const proven = provenOf(name, root);
      if (proven === undefined) return [];
      const { machine, seed, figures, paths } = proven;
      return [
        '',
        `## ${name}`,
        '',
        `${title}. ${seed === null ? 'No random draws' : `Seed ${seed}`}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, Python ${machine.python}.`,
        `It covers ${paths.map(code).join(', ')}.`,
        ...tablesOf(figures),
      ];
    }),
  ]);
}

/** Documentation pages with tables of proofs. */
export const TAUGHT = ['fairness', 'imbalance', 'tasks', 'validation'].map((page) => `docs/models/${page}.md`);

/**
 * A page with each part between `<!-- table: <proof> / <name> -->` and `<!-- end of table -->` replaced from the record of the proof.
 * @throws Error when a page names a table that no record has
 */
export function filled(page: string, root = ROOT): string {
  return page.replace(
    /(<!-- table: (\S+) \/ (.+) -->)[\s\S]*?(<!-- end of table -->)/g,
    (_, begin: string, proof: string, name: string, end: string) => {
      const found = provenOf(proof, root)?.figures[name];
      if (found === undefined || !isTable(found))
        throw new Error(`proof ${proof} keeps no table ${JSON.stringify(name)}`);
      return [begin, ...table(found.columns, found.rows), '', end].join('\n');
    },
  );
}

function tablesOf(figures: Figures): string[] {
  const single = rows(figures);
  return [
    ...(single.length > 0 ? table(['figure', 'value'], single) : []),
    ...Object.entries(figures).flatMap(([name, each]) =>
      isTable(each) ? ['', `### ${name}`, ...table(each.columns, each.rows)] : [],
    ),
  ];
}

/** Long lists are shown by their ends; the JSON file has every value. */
const rows = (figures: Figures) =>
  Object.entries(figures).flatMap(([name, value]) => (isTable(value) ? [] : [[name, told(value)]]));

function told(value: number | readonly number[]): string {
  if (typeof value === 'number') return digits(value);
  return value.length <= 10
    ? value.map(digits).join(', ')
    : `${value.length} values from ${digits(Math.min(...value))} to ${digits(Math.max(...value))}`;
}

const digits = (value: number) => String(Math.round(value * 1e4) / 1e4);
