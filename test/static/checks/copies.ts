/** Two kits in one account: they share the account, nothing in it. */
import type { Json } from '../../shared/json';
import { edit, type Check } from '../check';
import type { Model, Node } from '../../../scripts/shared/model';
import { schemaOf } from '../schemas';

/** What makes a resource one of its kind in the account; undefined where AWS makes up a part of it, or another resource of the kit is. */
function identity({ type, properties }: Node): string | undefined {
  // An inline policy lives in its role.
  if (type === 'AWS::IAM::Policy') return undefined;
  if (type === 'Custom::Champion') return `${type} ${JSON.stringify(properties.Name)}`;
  const { primaryIdentifier = [], readOnlyProperties = [], properties: known = {} } = schemaOf(type) ?? {};
  const chosen = primaryIdentifier
    .filter((pointer) => !readOnlyProperties.includes(pointer))
    .map((pointer) => pointer.split('/')[2] ?? '');
  // The name in an ARN that AWS generates may still be chosen.
  const names =
    chosen.length === primaryIdentifier.length && chosen.length > 0
      ? chosen
      : Object.keys(known).filter((name) => name === `${type.split('::')[2]}Name`);
  const values = names.map((name) => properties[name]);
  if (values.length === 0 || values.some((value) => value === undefined || hasReference(value))) return undefined;
  return `${type} ${values.map((value) => JSON.stringify(value)).join(' ')}`;
}

const hasReference = (value: Json): boolean =>
  /"(Ref|Fn::GetAtt|Fn::ImportValue)":(?!"AWS::)/.test(JSON.stringify(value));

const exportNames = (model: Model) =>
  Object.entries<Json>(model.templates).flatMap(([stack, { Outputs = {} }]) =>
    Object.values<Json>(Outputs).flatMap(({ Export }) =>
      Export === undefined ? [] : [{ stack, name: Export.Name as string }],
    ),
  );

export const copies: Check[] = [
  {
    holds: 'no resource and no export of one kit has the name of one of another',
    find: (model, twin) => {
      const taken = new Set(twin.nodes.map(identity));
      const exported = new Set(exportNames(twin).map(({ name }) => name));
      return [
        ...model.nodes.flatMap((node) => {
          const name = identity(node);
          return name !== undefined && taken.has(name)
            ? [{ at: node.id, problem: `${name} is a second kit's too` }]
            : [];
        }),
        ...exportNames(model).flatMap(({ stack, name }) =>
          exported.has(name) ? [{ at: stack, problem: `export ${name} is a second kit's too` }] : [],
        ),
      ];
    },
    mutations: [
      {
        breaks: edit('AWS::CloudWatch::Alarm', ({ Properties }) => (Properties.AlarmName = 'drift')),
        finds: /Alarm "drift" is a second kit's too/,
      },
      {
        breaks: edit('AWS::S3::Bucket', ({ Properties }) => (Properties.BucketName = 'raw')),
        finds: /Bucket "raw" is a second/,
      },
      {
        breaks: edit('Custom::Champion', ({ Properties }) => (Properties.Name = '/champion')),
        finds: /"\/champion" is a second/,
      },
      {
        breaks: edit('AWS::SageMaker::Endpoint', ({ Properties }) => (Properties.EndpointName = 'model')),
        finds: /"model" is a second/,
      },
      {
        breaks: (templates) => {
          const broken = structuredClone(templates);
          Object.values<Json>(broken.foundation.Outputs)[0].Export.Name = 'key';
          return broken;
        },
        finds: /export key is a second kit's too/,
      },
    ],
  },
  {
    holds: 'a kit does not mention another kit',
    find: (model, twin) =>
      twin.nodes
        .filter(({ properties }) => new RegExp(`\\b${model.kit}\\b`).test(JSON.stringify(properties)))
        .map(({ id }) => ({ at: id, problem: `names the kit ${model.kit}` })),
    mutations: [
      {
        breaks: edit('AWS::Events::Rule', ({ Properties }) => (Properties.Description = 'of mlkit')),
        finds: /names the kit mlkit/,
      },
    ],
  },
  {
    holds: 'a rule matches events of its own kit only',
    find: (model) =>
      model
        .ofType('AWS::Events::Rule')
        .filter(({ properties }) => {
          const pattern = JSON.stringify(properties.EventPattern);
          return !pattern.includes(model.kit) && !hasReference(properties.EventPattern);
        })
        .map(({ id }) => ({ at: id, problem: 'its pattern matches events of every kit in the account' })),
    mutations: [
      {
        breaks: edit('AWS::Events::Rule', ({ Properties }) => {
          Properties.EventPattern = { source: ['aws.s3'], 'detail-type': ['Object Created'] };
        }),
        finds: /every kit in the account/,
      },
    ],
  },
  {
    holds: "what belongs to the account stays: API Gateway's role for logs outlives the kit that set it",
    find: (model) =>
      model.ofType('AWS::ApiGateway::Account').flatMap((account) =>
        [account, ...model.references(account, account.properties.CloudWatchRoleArn)]
          .filter(({ resource }) => resource.DeletionPolicy !== 'Retain')
          .map(({ id }) => ({
            at: id,
            problem: "is the account's: removing one kit would silence the logs of the others",
          })),
      ),
    mutations: [
      {
        breaks: edit('AWS::ApiGateway::Account', (resource) => delete resource.DeletionPolicy),
        finds: /silence the logs/,
      },
      {
        breaks: edit(
          ({ Type, Properties }) => Type === 'AWS::IAM::Role' && JSON.stringify(Properties).includes('"apigateway.'),
          (resource) => delete resource.DeletionPolicy,
        ),
        finds: /CloudWatchRole\w+: is the account's/,
      },
    ],
  },
];
