/** Permissions in words: roles with their trusted services, and policies of resources. */
import { plain } from './documented';
import { grouped } from './markdown';
import { type Json, stackOf } from '../shared/templates';
import { modelIn, type Resource, type Synthesized } from './synthesized';

export interface Grant {
  readonly actions: string;
  readonly on: string;
  readonly condition: string;
  /** Variants that have it. */
  readonly in: string[];
}

interface Principal {
  readonly path: string;
  readonly stack: string;
  /** Services and accounts that may assume the role. */
  readonly assumedBy: string;
  readonly managed: string[];
  readonly grants: Grant[];
}

/** Roles in template order; the statements of all variants together. */
export function principals(kits: readonly Synthesized[]): Principal[] {
  const found = new Map<string, Principal>();
  for (const kit of kits) {
    const { grants } = modelIn(kit);
    for (const role of kit.resources.filter(({ type }) => type === 'AWS::IAM::Role')) {
      const trust = role.properties.AssumeRolePolicyDocument.Statement as Json[];
      const known = found.get(role.path) ?? {
        path: role.path,
        stack: role.stack,
        assumedBy: [...new Set(trust.map((statement) => who(kit, role, statement.Principal)))].join(', '),
        managed: ((role.properties.ManagedPolicyArns ?? []) as Json[]).map((arn) =>
          kit.text(role.stack, arn['Fn::Sub'] ?? arn).replace(/^.*policy\//, ''),
        ),
        grants: [],
      };
      found.set(role.path, known);
      const id = `${stackOf(role.stack).stack}/${role.id}`;
      for (const { statement } of grants.filter(({ roles }) => roles.some((one) => one.id === id)))
        for (const grant of inWords(kit, role, statement)) merge(known.grants, grant, kit.name);
    }
  }
  return [...found.values()];
}

/** Policies that are part of a resource: its path, and what each statement says, the resource itself as `itself`. */
export function resourcePolicies(kits: readonly Synthesized[]): { path: string; stack: string; grants: Grant[] }[] {
  const found = new Map<string, { path: string; stack: string; grants: Grant[] }>();
  for (const kit of kits)
    for (const resource of kit.resources) {
      const { KeyPolicy, PolicyDocument } = resource.properties;
      const document: Json = KeyPolicy ?? (resource.type === 'AWS::IAM::Policy' ? undefined : PolicyDocument);
      if (document === undefined) continue;
      const path = resource.path.replace(/\/Policy$/, '');
      const entry = found.get(path) ?? { path, stack: resource.stack, grants: [] };
      found.set(path, entry);
      for (const statement of document.Statement as Json[])
        for (const { actions, on, condition } of inWords(kit, resource, statement)) {
          const verb = statement.Effect === 'Deny' ? 'may not' : 'may';
          const itself = on.replaceAll(`\`${path}`, '`itself').replace('everything', '`itself`');
          const said = `${who(kit, resource, statement.Principal)} ${verb} ${actions}`;
          merge(entry.grants, { actions: said, on: itself, condition }, kit.name);
        }
    }
  return [...found.values()];
}

/** One for each service: which statements share one is the CDK's choice, and not the same in all profiles. */
function inWords(kit: Synthesized, { stack }: Resource, statement: Json): Omit<Grant, 'in'>[] {
  const resources = [statement.Resource].flat().map((resource: Json) => `\`${short(kit.text(stack, resource))}\``);
  const conditions = Object.entries<Json>(statement.Condition ?? {}).flatMap(([operator, tests]) =>
    Object.entries<Json>(tests).map(([key, value]) => {
      const values = [value].flat().map((one: Json) => `\`${short(kit.text(stack, one))}\``);
      return `\`${key}\` ${/Like/.test(operator) ? 'like' : 'is'} ${values.join(' or ')}`;
    }),
  );
  const services = grouped([statement.Action].flat() as string[], (action) => action.split(':')[0] ?? '');
  return [...services].map(([service, actions]) => ({
    actions: inActions(service, actions),
    on: [...new Set(resources)].join(', ').replace(/^`\*`$/, 'everything'),
    condition: conditions.join(' and '),
  }));
}

function merge(grants: Grant[], { actions, on, condition }: Omit<Grant, 'in'>, variant: string): void {
  const known = grants.find((grant) => grant.actions === actions && grant.on === on && grant.condition === condition);
  if (known === undefined) grants.push({ actions, on, condition, in: [variant] });
  else if (!known.in.includes(variant)) known.in.push(variant);
}

/** One row for what differs in nothing but the resource; a bucket beside its own objects goes without saying. */
export function summarized(grants: readonly Grant[]): Grant[] {
  const rows = new Map<string, Grant>();
  for (const grant of grants) {
    const key = [grant.actions, grant.condition, grant.in].join('|');
    const on = [...(rows.get(key)?.on.split(', ') ?? []), ...grant.on.split(', ')];
    const objects = (path: string) => on.some((other) => other.startsWith(`${path.slice(0, -1)}/`));
    rows.set(key, { ...grant, on: [...new Set(on)].filter((path) => !objects(path)).join(', ') });
  }
  return [...rows.values()];
}

const PUT = [
  's3:PutObject',
  's3:PutObjectLegalHold',
  's3:PutObjectRetention',
  's3:PutObjectTagging',
  's3:PutObjectVersionTagging',
  's3:Abort*',
] as const;

/** What the CDK's grants and the kit's own helpers allow again and again, in words. */
const phrases = [
  ['read objects', ['s3:GetObject*', 's3:GetBucket*', 's3:List*']],
  ['read objects', ['s3:GetObject']],
  ['write objects', PUT],
  ['read, write and delete objects', ['s3:GetObject*', 's3:GetBucket*', 's3:List*', 's3:DeleteObject*', ...PUT]],
  ['decrypt', ['kms:Decrypt', 'kms:DescribeKey']],
  ['decrypt', ['kms:Decrypt']],
  ['encrypt and decrypt', ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*']],
  ['encrypt and decrypt', ['kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Decrypt']],
  ['encrypt and decrypt', ['kms:Decrypt', 'kms:GenerateDataKey*']],
] as const;

/** `s3:GetObject`, `s3:PutTagging` → "s3 GetObject, PutTagging", or a phrase where it says the same. */
function inActions(service: string, actions: readonly string[]): string {
  if (actions.includes('*')) return 'do everything';
  const phrase = phrases.find(([, known]) => [...known].sort().join() === [...actions].sort().join());
  const verbs = actions.map((action) => action.slice(service.length + 1).replace(/^\*$/, 'every action'));
  return phrase?.[0] ?? `${service} ${verbs.join(', ')}`.replaceAll('*', '\\*');
}

function who(kit: Synthesized, { stack }: Resource, principal: Json): string {
  if (principal === '*') return 'anybody';
  const accounts = [principal.AWS ?? []].flat().map((arn: Json) => short(kit.text(stack, arn)));
  const named = accounts.map((name: string) =>
    name === 'iam root' ? 'the account' : name === '*' ? 'anybody' : `\`${name}\``,
  );
  return [...[principal.Service ?? []].flat(), ...named].join(', ');
}

/** An ARN without what is the same in all: `sagemaker training-job/mlkit-*`. */
function short(text: string): string {
  return (
    plain(text)
      .replace(/^arn:<Partition>:s3:::(cdk-[^/]*assets[^/]*)(.*)$/, 'assets of the CDK$2')
      .replace(/^arn:<Partition>:([\w-]+):[^:]*:[^:]*:/, '$1 ')
      // The resource itself rather than an ARN made of its name.
      .replace(/^(glue job\/|ssm parameter)(?=[A-Z])/, '')
  );
}
