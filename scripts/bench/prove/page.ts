/** docs/proof/README.md: what was proven by hand, when and on which commit, and whether it still stands. */
import { ROOT } from '../../shared/cdk';
import { code, pageOf, table } from '../../docs/markdown';
import { type Figures, isStale, type Proof, provenOf } from './proof';
import { PROOFS } from './proofs';

export function proofPage(proofs: Readonly<Record<string, Proof>> = PROOFS, root = ROOT): string {
  return pageOf([
    '# Proofs by hand',
    '',
    '<!-- `npm run docs` and `npm run prove` write this page from the JSON files beside it. -->',
    '',
    'What takes too long for `npm test` is proven by `npm run prove -- <name>`, on committed files only, and kept here with commit, seed, machine and figures.',
    '',
    'A proof is **stale** once a file that it covers differs from those it ran with; a hash of these files in its record says so, in a clone without history too. The mark stands on this page, and',
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
        `${title}. ${seed === null ? 'Nothing is drawn at random' : `Seed ${seed}`}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, Python ${machine.python}.`,
        `It covers ${paths.map(code).join(', ')}.`,
        ...table(['figure', 'value'], rows(figures)),
      ];
    }),
  ]);
}

/** Lists that are too long to be read are told by their ends; the JSON file has every value. */
const rows = (figures: Figures) =>
  Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number'
      ? digits(value)
      : value.length <= 10
        ? value.map(digits).join(', ')
        : `${value.length} values from ${digits(Math.min(...value))} to ${digits(Math.max(...value))}`,
  ]);

const digits = (value: number) => String(Math.round(value * 1e4) / 1e4);
