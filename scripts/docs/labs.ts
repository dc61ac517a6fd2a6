/** The labs as docs/labs/README.md lists them. */
import { basename } from 'node:path';
import { usd } from '../account/cost/print';
import { prices, priceOf } from '../labs/price';
import { labs, stateOf } from '../labs/shelf';
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
