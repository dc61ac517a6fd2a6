/** Who may do more than before: what the CDK calls broadened permissions, without what another statement allowed already. */
import { fullDiff, type ResourceDifference, TemplateDiff } from '@aws-cdk/cloudformation-diff';
import type { Template } from './assembly';

type Statement = TemplateDiff['iamChanges']['statements']['additions'][number];

/** What each resource allows that nothing of the stack allowed before, by logical id. */
export function widerGrants(before: Template, after: Template, diff: TemplateDiff): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (!diff.permissionsAnyChanges) return found;
  const all = (template: Template) => fullDiff({ Resources: {} }, template).iamChanges.statements.additions;
  const [old, now] = [all(before), all(after)];
  for (const [id, change] of Object.entries(diff.resources.changes)) {
    const { iamChanges, securityGroupChanges } = only(diff, change);
    const { additions, removals } = iamChanges.statements;
    const lines = [
      ...additions.filter((each) => each.effect !== 'Deny' && !covered(each, old)).map(said),
      ...removals
        .filter((each) => each.effect === 'Deny' && !covered(each, now))
        .map((each) => `no longer: ${said(each)}`),
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

/** The differences of one resource: the CDK's own do not say which resource a statement stands in. */
const only = ({ resources }: TemplateDiff, change: ResourceDifference): TemplateDiff =>
  new TemplateDiff({ resources: resources.filter((each) => each === change) });

/** Whether other statements together say the same of every action on every resource. */
function covered(statement: Statement, others: readonly Statement[]): boolean {
  if (inverted(statement)) return others.some((other) => other.equal(statement));
  const alike = others.filter(
    (other) =>
      other.effect === statement.effect &&
      !inverted(other) &&
      other.principals.equal(statement.principals) &&
      (other.condition === undefined || JSON.stringify(other.condition) === JSON.stringify(statement.condition)),
  );
  const has = (values: readonly string[], value: string) =>
    values.some((each) => each === value || (each.endsWith('*') && value.startsWith(each.slice(0, -1))));
  return (
    statement.actions.values.length > 0 &&
    statement.actions.values.every((action) =>
      statement.resources.values.every((resource) =>
        alike.some(({ actions, resources }) => has(actions.values, action) && has(resources.values, resource)),
      ),
    )
  );
}

/** NotAction and NotResource: more of them is less. */
const inverted = ({ actions, resources }: Statement) => actions.not || resources.not;

function said(statement: Statement): string {
  const { principal, effect, action, resource, condition } = statement.render();
  const flat = (text: string) => text.replaceAll(/\s+/g, ' ');
  // A statement that the CDK cannot take apart stands in its resource as a whole.
  if (action === '') return flat(resource);
  return `${flat(principal)} ${effect === 'Deny' ? 'must not' : 'may'} ${flat(action).replaceAll(' ', ', ')} on ${flat(resource)}${condition === '' ? '' : ` if ${flat(condition)}`}`;
}
