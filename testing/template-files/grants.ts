/** Wider grants: the CDK's broadened permissions, reduced to actions and resources that no other statement allowed before. */
import { fullDiff, type ResourceDifference, TemplateDiff } from '@aws-cdk/cloudformation-diff';
import type { Template } from './assembly';

type Statement = TemplateDiff['iamChanges']['statements']['additions'][number];

/** Permissions of each resource that no statement of the stack gave before, by logical id. */
export function widerGrants(before: Template, after: Template, diff: TemplateDiff): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (!diff.permissionsAnyChanges) return found;
  const all = (template: Template) => fullDiff({ Resources: {} }, template).iamChanges.statements.additions;
  const [old, now] = [all(before), all(after)];
  for (const [id, change] of Object.entries(diff.resources.changes)) {
    const { iamChanges, securityGroupChanges } = only(diff, change);
    const { additions, removals } = iamChanges.statements;
    const lines = [
      ...additions.filter(({ effect }) => effect !== 'Deny').flatMap((each) => beyond(each, old) ?? []),
      ...removals
        .filter(({ effect }) => effect === 'Deny')
        .flatMap((each) => beyond(each, now) ?? [])
        .map((text) => `no longer: ${text}`),
      ...iamChanges.managedPolicies.additions.map(
        ({ identityArn, managedPolicyArn }) => `${identityArn} gets the policy ${managedPolicyArn}`,
      ),
      ...[securityGroupChanges.ingress, securityGroupChanges.egress].flatMap(({ additions: rules }) =>
        rules.map((rule) => `${rule.groupId} lets ${rule.describeProtocol()} pass, ${rule.describePeer()}`),
      ),
    ];
    if (lines.length > 0) found.set(id, lines);
  }
  return found;
}

/** The differences of one resource: the CDK's list of statements does not name the resource of each. */
const only = ({ resources }: TemplateDiff, change: ResourceDifference): TemplateDiff =>
  new TemplateDiff({ resources: resources.filter((each) => each === change) });

/** The part of a statement that no other statement has: actions and resources of which a pair is new; undefined where none is. */
function beyond(statement: Statement, others: readonly Statement[]): string | undefined {
  const { principal, effect, action, resource, condition } = statement.render();
  // A statement that the CDK cannot parse, or with NotAction or NotResource, is compared as a whole.
  const whole = action === '' || inverted(statement);
  if (whole && others.some((other) => other.equal(statement))) return undefined;
  if (whole) return flat([principal, effect, action, resource, condition].join(' '));
  const alike = others.filter(
    (other) =>
      other.effect === statement.effect &&
      !inverted(other) &&
      other.principals.equal(statement.principals) &&
      (other.condition === undefined || JSON.stringify(other.condition) === JSON.stringify(statement.condition)),
  );
  const isNew = (of: string, on: string) =>
    !alike.some(({ actions, resources }) => has(actions.values, of) && has(resources.values, on));
  const [actions, resources] = [statement.actions.values, statement.resources.values];
  const newActions = actions.filter((of) => resources.some((on) => isNew(of, on)));
  if (newActions.length === 0) return undefined;
  const newResources = resources.filter((on) => actions.some((of) => isNew(of, on)));
  const verb = effect === 'Deny' ? 'must not' : 'may';
  const when = condition === '' ? '' : ` if ${flat(condition)}`;
  return `${flat(principal)} ${verb} ${newActions.join(', ')} on ${newResources.map(flat).join(', ')}${when}`;
}

const has = (values: readonly string[], value: string) =>
  values.some((each) => each === value || (each.endsWith('*') && value.startsWith(each.slice(0, -1))));

/** The text on one line, imports named by the exported resource. */
const flat = (text: string) =>
  text
    .replaceAll(/\{"Fn::ImportValue":"(.*?):ExportsOutput(?:Ref|FnGetAtt)(\w+?)[0-9A-F]{8}"\}/g, '${$1:$2}')
    .replaceAll(/\s+/g, ' ');

/** NotAction and NotResource: a longer list allows less. */
const inverted = ({ actions, resources }: Statement) => actions.not || resources.not;
