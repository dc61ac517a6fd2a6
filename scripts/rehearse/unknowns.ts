/** Undocumented behaviour of AWS: a rehearsal assumes one answer to each question (docs/fidelity.md). */
import { InvalidArgumentError } from 'commander';
import table from '../../engine/unknowns.json';

export type Assumed = Readonly<Record<string, string>>;

const rows: Record<string, { question: string; answers: string[]; default: string }> = table;

export const assumedByDefault: Assumed = Object.fromEntries(
  Object.entries(rows).map(([name, row]) => [name, row.default]),
);

export const spoken = (assumed: Assumed): string =>
  Object.entries(assumed)
    .map((each) => each.join('='))
    .join(', ');

export const questionOf = (name: string): string => rows[name]?.question ?? name;

/** Adds `name=answer` to the assumptions. @throws InvalidArgumentError with the known ones */
export function assume(text: string, assumed: Assumed): Assumed {
  const [name = '', answer = ''] = text.split('=');
  if (rows[name]?.answers.includes(answer)) return { ...assumed, [name]: answer };
  const known = Object.entries(rows).map(([each, { answers }]) => `${each}=${answers.join('|')}`);
  throw new InvalidArgumentError(`it must be one of ${known.join(', ')}`);
}
