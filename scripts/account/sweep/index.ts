/** `sweep`: what is still in the account that the kit made, or a service on its behalf. Removes nothing. */
import type { Aws } from '../../operate/deployed-kit';
import { tagged as taggedArns } from '../doctor/look';
import { type Apart, type Kind, kinds, list, owns, removal, type Thing } from './list';

export interface Leftover {
  kind: string;
  name: string;
  /** How it is known to be the kit's. */
  by: 'name' | 'tag';
  /** The command that removes it. */
  remove: string;
}

export interface Sweep {
  kit: string;
  /** What somebody has to remove. */
  left: Leftover[];
  /** What ends by itself, or is not the kit's alone. */
  apart: (Leftover & { apart: Apart })[];
  /** Kinds that could not be listed: nothing can be said of them. */
  unanswered: { kind: string; reason: string }[];
}

/** Looks for every kind by name and by the tag `kit`. */
export async function sweep(aws: Aws, kit: string): Promise<Sweep> {
  const found: Sweep = { kit, left: [], apart: [], unanswered: [] };
  const tagged = await taggedArns(aws, kit).catch((error: Error) => {
    found.unanswered.push({ kind: 'tagged resources', reason: error.message });
    return [];
  });
  for (const kind of kinds) {
    try {
      sort(kind, await list(aws, kit, kind), kit, tagged, found);
    } catch (error) {
      found.unanswered.push({ kind: kind.label, reason: `${(error as Error).name}: ${(error as Error).message}` });
    }
  }
  for (const arn of tagged.filter((each) => !kinds.some((kind) => covers(kind, each))))
    found.left.push({
      kind: arn.split(':')[2] ?? '',
      name: arn,
      by: 'tag',
      remove:
        'the index of tags alone names it, and trails deletions: sweep again in an hour, then look in the console of its service',
    });
  return found;
}

function sort(kind: Kind, things: readonly Thing[], kit: string, tagged: readonly string[], found: Sweep): void {
  for (const thing of things) {
    const { name, id, apart } = thing;
    const named = owns(kit, kind.listed, name);
    if (!named && !tagged.some((arn) => isOf(kind, thing, arn))) continue;
    const leftover: Leftover = {
      kind: kind.label,
      name: name === '' ? (id ?? '') : name,
      by: named ? 'name' : 'tag',
      remove: removal(kit, kind, thing),
    };
    if (apart === undefined) found.left.push(leftover);
    else found.apart.push({ ...leftover, apart });
  }
}

/** Nothing is left, and every kind was looked for. */
export const clean = ({ left, unanswered }: Sweep): boolean => left.length === 0 && unanswered.length === 0;

export function* lines({ kit, left, apart, unanswered }: Sweep): Generator<string> {
  for (const { kind, name, remove } of left) yield `left     ${kind} ${name}\n         ${remove}`;
  for (const { kind, name, apart: why } of apart) if (why !== 'history') yield `${why.padEnd(8)} ${kind} ${name}`;
  const records = apart.filter(({ apart: why }) => why === 'history').length;
  if (records > 0) yield `history  ${records} jobs: records that nobody can delete and nobody pays for`;
  for (const { kind, reason } of unanswered) yield `unknown  ${kind}: ${reason}`;
  yield `${left.length} of ${kit} left${unanswered.length === 0 ? '' : `, ${unanswered.length} kinds could not be listed`}`;
}

/** Whether the kind's own list tells of such an ARN. The tagging API's index trails it: what it alone still names is gone. */
export function covers({ arn: form }: Kind, arn: string): boolean {
  if (form === undefined) return false;
  const [[, , service, , , ...resource], [, , wanted, , , ...prefix]] = [arn.split(':'), form.split(':')];
  return service === wanted && resource.join(':').startsWith(prefix.join(':').split('{')[0]!);
}

/** SageMaker writes its ARNs in small letters whatever the name. */
function isOf(kind: Kind, { name, id }: Thing, arn: string): boolean {
  const is = arn.toLowerCase();
  return (
    covers(kind, arn) &&
    [name, id].some((each) => {
      const end = (each ?? '').toLowerCase();
      return end !== '' && (is === end || is.endsWith(`/${end}`) || is.endsWith(`:${end}`));
    })
  );
}
