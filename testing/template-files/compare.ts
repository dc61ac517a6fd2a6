/** The meaning of a change of the templates: the CDK's differences of each stack, the data that is lost and the grants that are wider. */
import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import type { Stacks, Template } from './assembly';
import type { Variants } from './files';
import { widerGrants } from './grants';
import { type Change, changes, type Json } from './json';
import { type Renames, renamesIn, underNewNames } from './renames';

/** Facts about an app that the CDK lacks, as plain functions. */
export interface Knowledge {
  /** Content that is lost when a resource of the type is replaced or removed; undefined where a deployment restores it. */
  lost(type: string): string | undefined;
  /** More lines about a variant, for example what it costs. */
  remarks?(variant: string, before: Stacks, after: Stacks): string[];
}

/** Kinds of a finding in the order of the report; the first two need a row of `accepted.md`. */
const KINDS = [
  'loses data',
  'wider grant',
  'remark',
  'gone',
  'replaced',
  'new',
  'changed',
  'renamed',
  'follows',
] as const;
export const NEED_A_ROW: readonly string[] = KINDS.slice(0, 2);

interface Finding {
  kind: (typeof KINDS)[number];
  /** Empty in a remark. */
  stack: string;
  /** Logical id, or a section of the template. */
  resource: string;
  text: string;
}

/** The differences with their variants; the list is empty where all variants that have the stack differ so. */
export type Report = readonly (Finding & { readonly only: readonly string[] })[];

export function compare(before: Variants, after: Variants, knowledge: Knowledge): Report {
  const variants = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  const found = new Map<string, { finding: Finding; in: string[] }>();
  for (const variant of variants)
    for (const finding of compareStacks(variant, before[variant], after[variant], knowledge)) {
      const key = JSON.stringify(finding);
      if (!found.has(key)) found.set(key, { finding, in: [] });
      found.get(key)!.in.push(variant);
    }
  const having = (stack: string) =>
    variants.filter((variant) => stack === '' || (after[variant] ?? before[variant])?.[stack] !== undefined);
  return [...found.values()]
    .map((each) => ({ ...each.finding, only: each.in.length === having(each.finding.stack).length ? [] : each.in }))
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

function compareStacks(
  variant: string,
  before: Stacks | undefined,
  after: Stacks | undefined,
  knowledge: Knowledge,
): Finding[] {
  const remark = (text: string): Finding => ({ kind: 'remark', stack: '', resource: '', text });
  // A configuration that is pinned for the first time, or no longer, changes nothing that is deployed.
  if (before === undefined) return [remark('A new configuration')];
  if (after === undefined) return [remark('A configuration that is no longer kept')];
  const renames = renamesIn(before, after);
  const renamed = underNewNames(before, after, renames);
  const empty: Template = { Resources: {} };
  const stacks = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return [
    ...stacks.flatMap((stack) =>
      compareStack(stack, [before, renamed, after].map((each) => each[stack] ?? empty) as Three, renames, knowledge),
    ),
    ...(knowledge.remarks?.(variant, before, after) ?? []).map(remark),
  ];
}

/** A template before, before under the new names, and after. */
type Three = [before: Template, renamed: Template, after: Template];

function compareStack(stack: string, three: Three, renames: Renames, { lost }: Knowledge): Finding[] {
  const [before, renamed, after] = three;
  const [whole, rest] = [fullDiff(before, after), fullDiff(renamed, after)];
  const pairs = renames.get(stack) ?? new Map<string, string>();
  const come = new Set(pairs.values());
  const found: Finding[] = [];
  const put = (kind: Finding['kind'], resource: string, text: string) => found.push({ kind, stack, resource, text });

  const wider = widerGrants(renamed, after, rest);
  for (const [id, lines] of wider) put('wider grant', id, lines.join('; '));
  let follows = false;
  for (const [id, change] of Object.entries(whole.resources.changes)) {
    const type = change.oldResourceType ?? change.newResourceType ?? '';
    const name = pairs.get(id);
    const goes = name === undefined ? wayOut(change) : `becomes ${name}`;
    const gone = goes === undefined ? undefined : lost(type);
    const kept = isKept(change) ? ', the old one stays in the account' : '';
    const changed = rest.resources.changes[id];
    if (gone !== undefined && kept === '') put('loses data', id, `${type} ${goes}; lost: ${gone}`);
    else if (gone !== undefined && goes !== 'is removed') put('replaced', id, `${type} ${goes}${kept}`);
    else if (name !== undefined) put('renamed', id, name);
    else if (change.isRemoval) put('gone', id, `${type}${kept}`);
    else if (goes !== undefined && changed !== undefined) put('replaced', id, `${type} ${goes}`);
    else if (change.isAddition && !come.has(id)) put('new', id, type);
    follows ||= change.isUpdate && changed === undefined;
  }
  for (const [id, change] of Object.entries(rest.resources.changes))
    if (change.isUpdate && !wider.has(id)) put('changed', id, `${change.newResourceType} ${saidOf(change)}`);
  // The resources describe a new or a removed stack completely.
  if (Object.keys(before.Resources).length > 0 && Object.keys(after.Resources).length > 0)
    for (const section of new Set(
      [...Object.keys(renamed), ...Object.keys(after)].filter((each) => each !== 'Resources'),
    )) {
      const differs = changes(renamed[section] ?? {}, after[section] ?? {});
      if (differs.length > 0) put('changed', section, sentence(differs));
    }
  if (follows) put('follows', '', 'refers to a resource with a new name');
  return found;
}

/** The end of a resource in words; undefined where it stays. */
function wayOut(change: ResourceDifference): string | undefined {
  if (change.isRemoval) return 'is removed';
  const causes = (impact: ResourceImpact) =>
    Object.entries(change.propertyUpdates)
      .filter(([, { changeImpact }]) => changeImpact === impact)
      .map(([property]) => property)
      .join(', ');
  if (change.changeImpact === ResourceImpact.WILL_REPLACE)
    return `is replaced, because of ${causes(ResourceImpact.WILL_REPLACE) || 'its type'}`;
  if (change.changeImpact === ResourceImpact.MAY_REPLACE)
    return `may be replaced, because of ${causes(ResourceImpact.MAY_REPLACE)}`;
  return undefined;
}

/** Whether CloudFormation leaves the resource, or a snapshot of it, in the account. */
function isKept({ oldValue, isRemoval }: ResourceDifference): boolean {
  const policy = isRemoval ? oldValue?.DeletionPolicy : oldValue?.UpdateReplacePolicy;
  return policy !== undefined && policy !== 'Delete';
}

function saidOf({ oldValue, newValue }: ResourceDifference): string {
  const differs = changes(oldValue, newValue).map((change) => ({
    ...change,
    path: change.path.replace(/^\/Properties\//, '/').replace(/^\/DefinitionString\/(States\/)?/, '/'),
  }));
  return sentence(differs);
}

/** Differences that a sentence names. */
const NAMED = 3;

function sentence(differs: readonly Change[]): string {
  const named = differs.slice(0, NAMED).map(({ path, from, to }) => {
    const name = path.slice(1).replaceAll('/', '.').replaceAll('~1', '/');
    if (to === undefined) return `${name} without ${short(from)}`;
    return from === undefined ? `${name} new: ${short(to)}` : `${name} ${short(from)} → ${short(to)}`;
  });
  return [...named, ...(differs.length > NAMED ? [`and ${differs.length - NAMED} more`] : [])].join(', ');
}

/** Characters of a value that help to recognise it. */
const SHORT = 60;

function short(value: Json): string {
  // A finding is one line, whatever a text holds.
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/\s+/g, ' ');
  return text.length <= SHORT ? text : `${text.slice(0, SHORT)}…`;
}
