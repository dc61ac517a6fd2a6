/** The labs as docs/labs/README.md lists them. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { usd } from '../account/cost/print';
import { priceOf, priceParts, prices } from '../labs/price';
import { labOf, labs, stateOf } from '../labs/shelf';
import { ROOT } from '../shared/cdk';
import { table } from './markdown';

/** A row per lab: what it takes, and what it is about. */
export function labTable(): string[] {
  const price = prices('sandbox');
  return table(
    ['lab', 'minutes', 'USD on AWS', 'rooms', 'exam tasks', 'topics'],
    labs().map((lab) => [
      `${lab.number} [${lab.title}](${basename(lab.file)})`,
      String(lab.minutes),
      usd(priceOf(lab, stateOf(lab), price)),
      lab.rooms.join(', '),
      lab.exam.join(', '),
      lab.topics.join(', '),
    ]),
  );
}

export const LAB_A = 'docs/labs/lab-a.md';

/** What the afternoon on AWS costs, by the labs that its page plays. */
export function afternoon(): { rows: [string, number][]; usd: number } {
  const page = readFileSync(join(ROOT, LAB_A), 'utf8');
  const price = prices('sandbox');
  const played = [...page.matchAll(/^\$ npm run lab (\d+) -- --aws/gm)].map(([, number]) => labOf(Number(number)));
  const parts = played.map((lab) => ({ ...priceParts(lab, stateOf(lab), price), name: lab }));
  const rows: [string, number][] = [
    ['a day of the kit at rest', price.day],
    ['the state that the labs begin with', Math.max(...parts.map(({ state }) => state))],
    ...parts.map(({ name, lab }): [string, number] => [
      `lab ${name.number}, [${name.title}](${basename(name.file)})`,
      lab,
    ]),
  ];
  return { rows, usd: rows.reduce((sum, [, each]) => sum + each, 0) };
}

/** Its rows with their sum. */
export function afternoonTable(): string[] {
  const { rows, usd: sum } = afternoon();
  return table(
    ['what', 'USD'],
    [...rows, ['together', sum] as const].map(([what, each]) => [what, each === 0 ? '0' : usd(each)]),
  );
}
