/** `sweep`: finds resources in the account that the kit, or a service on its behalf, created. Removes nothing. */
import type { Aws } from '../../operate/deployed-kit';
import { tagged as taggedArns } from '../doctor/look';
import { type Apart, type Kind, kinds, list, owns, removal, type Thing } from './list';

interface Leftover {
  kind: string;
  name: string;
  /** How its owner was identified. */
  by: 'name' | 'tag';
  remove: string;
}

export interface Sweep {
  kit: string;
  /** Resources that must be removed. */
  left: Leftover[];
  /** Resources that end by themselves, or are shared. */
  apart: (Leftover & { apart: Apart })[];
  /** Kinds that could not be listed, so that their state is unknown. */
  unanswered: { kind: string; reason: string }[];
}

/** Searches every kind by name and by the tag `kit`. */
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
        "only the tag index still lists it, which lags behind deletions: sweep again in an hour, then look in its service's console",
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

/** Whether nothing is left, and every kind could be listed. */
export const clean = ({ left, unanswered }: Sweep): boolean => left.length === 0 && unanswered.length === 0;

export function* lines({ kit, left, apart, unanswered }: Sweep): Generator<string> {
  for (const { kind, name, remove } of left) yield `left     ${kind} ${name}\n         ${remove}`;
  for (const { kind, name, apart: why } of apart) if (why !== 'history') yield `${why.padEnd(8)} ${kind} ${name}`;
  const records = apart.filter(({ apart: why }) => why === 'history').length;
  if (records > 0) yield `history  ${records} jobs: records that cannot be deleted and cost nothing`;
  for (const { kind, reason } of unanswered) yield `unknown  ${kind}: ${reason}`;
  yield `${left.length} of ${kit} left${unanswered.length === 0 ? '' : `, ${unanswered.length} kinds could not be listed`}`;
}

/** Whether the kind's own list covers an ARN. The tagging API's index lags behind: a resource that only it lists is gone. */
export function covers({ arn: form }: Kind, arn: string): boolean {
  if (form === undefined) return false;
  const [[, , service, , , ...resource], [, , wanted, , , ...prefix]] = [arn.split(':'), form.split(':')];
  return service === wanted && resource.join(':').startsWith(prefix.join(':').split('{')[0]!);
}

/** SageMaker writes its ARNs in lower case, whatever the name. */
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
