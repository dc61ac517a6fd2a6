/**
 * A role exists before its policies do. What is created between the two meets "not authorized", now and then: the deploy failure that
 * nobody can reproduce. So whatever names a role waits for every policy of that role in its stack.
 */
import type { Json } from '../../shared/json';
import { edit, type Check } from '../check';
import { list, type Model, type Node } from '../../../scripts/shared/model';

/** Everything that CloudFormation makes before a resource, in its stack. */
function before(model: Model, node: Node, seen = new Set<Node>()): Set<Node> {
  const named = list<string>(node.resource.DependsOn).flatMap(
    (id) => model.nodes.find((other) => other.stack === node.stack && other.logicalId === id) ?? [],
  );
  for (const earlier of [...named, ...model.references(node, node.properties)])
    if (earlier.stack === node.stack && !seen.has(earlier)) {
      seen.add(earlier);
      before(model, earlier, seen);
    }
  return seen;
}

const identityTypes = /^AWS::(IAM|KMS)::|Policy$/;

/** A definition names the roles of its jobs too; those are used when an execution runs, not when the machine is made. */
const usedAtOnce = ({ type, properties }: Node): Json =>
  type === 'AWS::StepFunctions::StateMachine' ? { ...properties, DefinitionString: undefined } : properties;

const drop = (type: string, dependency: RegExp) =>
  edit(type, (resource) => {
    resource.DependsOn = list<string>(resource.DependsOn).filter((id) => !dependency.test(id));
  });

export const ordering: Check[] = [
  {
    holds: 'what uses a role waits for the policies of the role',
    find: (model) =>
      model.nodes
        .filter(({ type }) => !identityTypes.test(type))
        .flatMap((node) => {
          const roles = model.references(node, usedAtOnce(node)).filter(({ type }) => type === 'AWS::IAM::Role');
          const earlier = roles.length === 0 ? new Set<Node>() : before(model, node);
          return roles.flatMap((role) =>
            model
              .ofType('AWS::IAM::Policy')
              .filter(
                (policy) =>
                  policy.stack === node.stack && model.references(policy, policy.properties.Roles).includes(role),
              )
              // A policy that names the resource itself comes after it: child executions are started by a machine that is there.
              .filter((policy) => !earlier.has(policy) && !model.references(policy, policy.properties).includes(node))
              .map((policy) => ({
                at: node.id,
                problem: `uses ${role.logicalId} before ${policy.logicalId} is attached`,
              })),
          );
        }),
    mutations: [
      ...[
        'AWS::Lambda::Function',
        'AWS::StepFunctions::StateMachine',
        'AWS::Glue::Job',
        'AWS::KinesisFirehose::DeliveryStream',
        'AWS::Events::Rule',
        'AWS::Scheduler::Schedule',
      ].map((type) => ({
        breaks: edit(
          ({ Type, DependsOn }) => Type === type && list<string>(DependsOn).some((id) => /Policy/.test(id)),
          (resource) => delete resource.DependsOn,
        ),
        finds: /uses \w+ before \w+Policy\w+ is attached/,
      })),
      {
        breaks: drop('AWS::EC2::FlowLog', /Policy/),
        finds: /uses \w+ before \w+Policy\w+ is attached/,
        only: ['production'],
      },
    ],
  },
  {
    holds: 'the trail waits for the policy of its bucket, and an emptied bucket keeps its policy until it is empty',
    find: (model) =>
      ['AWS::CloudTrail::Trail', 'Custom::S3AutoDeleteObjects'].flatMap((type) =>
        model.ofType(type).flatMap((node) => {
          const bucket = model.target(node, node.properties.S3BucketName ?? node.properties.BucketName);
          return model
            .ofType('AWS::S3::BucketPolicy')
            .filter(
              (policy) => model.target(policy, policy.properties.Bucket) === bucket && !before(model, node).has(policy),
            )
            .map(({ logicalId }) => ({ at: node.id, problem: `does not wait for ${logicalId}` }));
        }),
      ),
    mutations: [
      { breaks: drop('AWS::CloudTrail::Trail', /./), finds: /Trail\w+: does not wait/ },
      {
        breaks: drop('Custom::S3AutoDeleteObjects', /./),
        finds: /does not wait/,
        only: ['sandbox', 'standard', 'managed'],
      },
    ],
  },
  {
    holds: 'a stage that logs waits for the account setting without which API Gateway refuses it',
    find: (model) =>
      model
        .ofType('AWS::ApiGateway::Stage')
        .filter((stage) => ![...before(model, stage)].some(({ type }) => type === 'AWS::ApiGateway::Account'))
        .map(({ id }) => ({ at: id, problem: 'does not wait for the account to have a role for logs' })),
    mutations: [{ breaks: drop('AWS::ApiGateway::Stage', /Account/), finds: /role for logs/ }],
  },
];
