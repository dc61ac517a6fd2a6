/** `sweep`: what is still in the account that the kit made, or a service on its behalf. Removes nothing. */
import { paginateGetResources, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { Aws } from '../../operate/deployed-kit';
import { dataKinds } from './data';
import { all, type Apart, type Kind, type Thing } from './kind';
import { machineLearningKinds } from './machine-learning';
import { platformKinds } from './platform';
import { signalKinds } from './signals';

export const kinds: readonly Kind[] = [...platformKinds, ...signalKinds, ...dataKinds, ...machineLearningKinds];

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
      sort(kind, await kind.list(aws, kit), kit, tagged, found);
    } catch (error) {
      found.unanswered.push({ kind: kind.kind, reason: `${(error as Error).name}: ${(error as Error).message}` });
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

function sort(kind: Kind, list: readonly Thing[], kit: string, tagged: readonly string[], found: Sweep): void {
  for (const thing of list) {
    const named = kind.named(kit, thing);
    if (!named && !tagged.some((arn) => isOf(kind, thing, arn))) continue;
    const { name, id, apart } = thing;
    const leftover: Leftover = {
      kind: kind.kind,
      name: name === '' ? (id ?? '') : name,
      by: named ? 'name' : 'tag',
      remove: kind.remove(thing),
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

async function taggedArns(aws: Aws, kit: string): Promise<string[]> {
  const client = new ResourceGroupsTaggingAPIClient(aws);
  const mappings = await all(
    paginateGetResources({ client }, { TagFilters: [{ Key: 'kit', Values: [kit] }] }),
    (page) => page.ResourceTagMappingList,
  );
  return mappings.map(({ ResourceARN }) => ResourceARN!);
}

/** Whether the kind's own list tells of such an ARN. The tagging API's index trails it: what it alone still names is gone. */
export function covers({ arn: pattern }: Kind, arn: string): boolean {
  if (pattern === undefined) return false;
  const [, , service, , , ...resource] = arn.split(':');
  return service === pattern[0] && resource.join(':').startsWith(pattern[1]);
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
