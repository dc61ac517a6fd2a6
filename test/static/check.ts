/** A check is a pure function from templates to findings, with mutations of the template that it must detect. */
import type { StackName } from '../../lib/rooms';
import type { Finding } from '../../scripts/rehearse/key-policy';
import { list } from '../../scripts/shared/model';
import type { Json } from '../shared/json';
import type { Model } from '../../scripts/shared/model';
import type { Templates } from '../../scripts/shared/templates';

export type { Finding };

export interface Mutation {
  /** The broken template; throws where there is nothing to break. */
  readonly breaks: (templates: Templates) => Templates;
  /** Matches `<at>: <problem>` of every finding that the mutation causes. */
  readonly finds: RegExp;
  /** Variants that have what is broken. @default all */
  readonly only?: readonly string[];
}

export interface Check {
  /** The expected fact as a sentence: the name of the test. */
  readonly holds: string;
  /**
   * @param model the kit
   * @param twin a second copy of it, under the longest name that the configuration accepts
   */
  readonly find: (model: Model, twin: Model) => Finding[];
  /** At least one: a check that was never seen red proves nothing. */
  readonly mutations: readonly Mutation[];
}

type Where = string | ((resource: Json, logicalId: string) => boolean);

/** Changes the first resource of a type, or that a predicate chooses. */
export const edit =
  (where: Where, change: (resource: Json, template: Json) => void): Mutation['breaks'] =>
  (templates) => {
    const broken = structuredClone(templates);
    const chosen = typeof where === 'string' ? ({ Type }: Json) => Type === where : where;
    for (const template of Object.values<Json>(broken))
      for (const [logicalId, resource] of Object.entries<Json>(template.Resources))
        if (chosen(resource, logicalId)) {
          change(resource, template);
          return broken;
        }
    throw new Error(`no template has ${String(where)}: nothing to break`);
  };

/** Adds a resource to a stack. */
export const add =
  (stack: StackName, logicalId: string, resource: Json): Mutation['breaks'] =>
  (templates) => {
    const broken = structuredClone(templates);
    broken[stack].Resources[logicalId] = resource;
    return broken;
  };

/** Rewrites the text of the first resource that has a pattern, as JSON; for definitions, which are text in text. */
export const rewrite =
  (pattern: RegExp, replacement: string): Mutation['breaks'] =>
  (templates) => {
    const broken = structuredClone(templates);
    for (const template of Object.values<Json>(broken))
      for (const [logicalId, resource] of Object.entries<Json>(template.Resources)) {
        const text = JSON.stringify(resource);
        if (!pattern.test(text)) continue;
        template.Resources[logicalId] = JSON.parse(text.replace(pattern, replacement));
        return broken;
      }
    throw new Error(`no resource has ${pattern}: nothing to break`);
  };

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
          if (list<string>(Principal.Service).includes(`${service}.amazonaws.com`))
            Principal.Service = 'ec2.amazonaws.com';
    return broken;
  };
