/** What the checks of edges have in common: who may do something to a resource, by its role or by the resource's own policy. */
import type { Json } from '../../shared/json';
import type { Finding, Mutation } from '../check';
import { list, type Model, type Node } from '../../../scripts/shared/model';

export const rolesIn = (model: Model, node: Node, value: Json) =>
  model.references(node, value).filter(({ type }) => type === 'AWS::IAM::Role');

/** Whether one of the roles in a value may do something to a resource. */
export const mayAct = (model: Model, node: Node, value: Json, action: string, on: Node) =>
  rolesIn(model, node, value).some((role) =>
    model.allows(role, action).some(({ policy, resources }) => model.references(policy, resources).includes(on)),
  );

/** Whether a resource policy lets a service do something; `source`, a rule, must then be in its condition. */
export function letsIn(
  model: Model,
  policyType: string,
  property: string,
  on: Node,
  service: string,
  action: string,
  source?: Node,
) {
  return model
    .ofType(policyType)
    .filter((policy) => model.references(policy, policy.properties[property]).includes(on))
    .some((policy) =>
      list<Json>(policy.properties.PolicyDocument.Statement).some(
        ({ Effect, Principal, Action, Condition }) =>
          Effect === 'Allow' &&
          list<string>(Principal.Service).includes(service) &&
          list<string>(Action).includes(action) &&
          (source === undefined ||
            model.references(policy, Condition).includes(source) ||
            // CloudFormation names a rule after its stack, whose name begins with the kit's.
            JSON.stringify(Condition).includes(`:rule/${model.kit}-*"`)),
      ),
    );
}

export const mayInvoke = (model: Model, reached: Node, service: string, source: Node) =>
  model
    .ofType('AWS::Lambda::Permission')
    .some(
      (permission) =>
        model.target(permission, permission.properties.FunctionName) === reached &&
        permission.properties.Principal === service &&
        model.references(permission, permission.properties.SourceArn).includes(source),
    );

export const finding = (at: Node, holds: boolean, problem: string): Finding[] =>
  holds ? [] : [{ at: at.id, problem }];

/** Removes every resource of a type from the stack that has one. */
export const without =
  (type: string): Mutation['breaks'] =>
  (templates) => {
    const broken = structuredClone(templates);
    for (const template of Object.values<Json>(broken))
      for (const [id, { Type }] of Object.entries<Json>(template.Resources))
        if (Type === type) delete template.Resources[id];
    return broken;
  };

/** Lets every role of a service be assumed by another one. */
export const mistrust =
  (service: string): Mutation['breaks'] =>
  (templates) => {
    const broken = structuredClone(templates);
    for (const template of Object.values<Json>(broken))
      for (const { Type, Properties } of Object.values<Json>(template.Resources))
        for (const { Principal } of Type === 'AWS::IAM::Role'
          ? list<Json>(Properties.AssumeRolePolicyDocument.Statement)
          : [])
          if (Principal.Service === `${service}.amazonaws.com`) Principal.Service = 'ec2.amazonaws.com';
    return broken;
  };
