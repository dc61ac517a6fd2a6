/** The one key's policy: whatever uses the key as a service, and nothing more. */
import type { Json } from '../../shared/json';
import { edit, type Check } from '../check';
import { list, type Model, type Node } from '../../../scripts/shared/model';

const PUBLISHES = ['kms:Decrypt', 'kms:GenerateDataKey*'];

const underKey = (model: Model, node: Node) =>
  model
    .references(node, [node.properties.KmsMasterKeyId, node.properties.KmsKeyId, node.properties.KMSKeyId])
    .some(({ type }) => type === 'AWS::KMS::Key');

/** Topics and queues under the key that a property of a resource reaches. */
const reachesKeyed = (model: Model, type: string, property: (properties: Json) => Json) =>
  model
    .ofType(type)
    .some((node) =>
      model
        .references(node, property(node.properties))
        .some((end) => ['AWS::SNS::Topic', 'AWS::SQS::Queue'].includes(end.type) && underKey(model, end)),
    );

/** The services that use the key on their own behalf, as the templates show it, and what each asks of it. Roles bring their own policies. */
function users(model: Model): Record<string, string[]> {
  const keyed = (type: string) => model.ofType(type).some((node) => underKey(model, node));
  const found: Record<string, [boolean, string[]]> = {
    cloudwatch: [reachesKeyed(model, 'AWS::CloudWatch::Alarm', ({ AlarmActions }) => AlarmActions), PUBLISHES],
    budgets: [
      reachesKeyed(model, 'AWS::Budgets::Budget', ({ NotificationsWithSubscribers }) => NotificationsWithSubscribers),
      PUBLISHES,
    ],
    events: [reachesKeyed(model, 'AWS::Events::Rule', ({ Targets }) => Targets), PUBLISHES],
    sns: [reachesKeyed(model, 'AWS::SNS::Subscription', ({ Endpoint }) => Endpoint), PUBLISHES],
    s3: [
      reachesKeyed(model, 'AWS::S3::Bucket', ({ NotificationConfiguration }) => NotificationConfiguration),
      PUBLISHES,
    ],
    cloudtrail: [
      keyed('AWS::CloudTrail::Trail'),
      // Developer Guide of CloudTrail, create-kms-key-policy-for-cloudtrail: Decrypt where the bucket has a Bucket Key.
      ['kms:GenerateDataKey*', 'kms:DescribeKey', 'kms:Decrypt'],
    ],
    logs: [keyed('AWS::Logs::LogGroup'), ['kms:Encrypt*', 'kms:Decrypt*', 'kms:GenerateDataKey*', 'kms:Describe*']],
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([service, [uses, actions]]) =>
      uses ? [[`${service}.amazonaws.com`, actions]] : [],
    ),
  );
}

/** Actions by service, as the policy allows them. */
function granted(key: Node): Record<string, string[]> {
  const services: Record<string, string[]> = {};
  for (const { Effect, Principal, Action } of list<Json>(key.properties.KeyPolicy.Statement))
    for (const service of Effect === 'Allow' ? list<string>(Principal.Service) : [])
      services[service] = [...(services[service] ?? []), ...list<string>(Action)];
  return services;
}

export const keyPolicy: Check[] = [
  {
    holds: 'the key policy lets in exactly the services that use the key, with what they ask of it',
    find: (model) => {
      const needed = users(model);
      return model.ofType('AWS::KMS::Key').flatMap((key) => {
        const given = granted(key);
        const missing = Object.entries(needed).flatMap(([service, actions]) =>
          actions.filter((action) => !given[service]?.includes(action)).map((action) => `${service} needs ${action}`),
        );
        const idle = Object.keys(given).filter((service) => !(service in needed));
        return [...missing, ...idle.map((service) => `${service} is let in and uses the key nowhere`)].map(
          (problem) => ({
            at: key.id,
            problem,
          }),
        );
      });
    },
    mutations: [
      {
        breaks: edit('AWS::KMS::Key', ({ Properties }) => {
          for (const { Principal } of Properties.KeyPolicy.Statement)
            if (Array.isArray(Principal.Service)) Principal.Service = ['budgets.amazonaws.com'];
        }),
        finds: /cloudwatch.amazonaws.com needs kms:/,
      },
      {
        breaks: edit('AWS::KMS::Key', ({ Properties }) => {
          for (const statement of Properties.KeyPolicy.Statement)
            if (Array.isArray(statement.Principal.Service)) statement.Action = 'kms:Decrypt';
        }),
        finds: /needs kms:GenerateDataKey\*/,
      },
      {
        breaks: edit('AWS::KMS::Key', ({ Properties }) => {
          Properties.KeyPolicy.Statement.push({
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'kms:Decrypt',
            Resource: '*',
          });
        }),
        finds: /sns.amazonaws.com is let in/,
      },
      {
        breaks: edit('AWS::KMS::Key', ({ Properties }) => {
          for (const statement of Properties.KeyPolicy.Statement)
            if (statement.Principal.Service === 'cloudtrail.amazonaws.com')
              statement.Action = ['kms:GenerateDataKey*', 'kms:DescribeKey'];
        }),
        finds: /cloudtrail.amazonaws.com needs kms:Decrypt/,
      },
      {
        breaks: (templates) => {
          const { Export } = Object.values<Json>(templates.foundation.Outputs).find(({ Value }) =>
            JSON.stringify(Value).includes('Arn'),
          );
          return edit('AWS::SQS::Queue', ({ Properties }) => {
            Properties.KmsMasterKeyId = { 'Fn::ImportValue': Export.Name };
          })(templates);
        },
        finds: /events.amazonaws.com needs kms:/,
      },
    ],
  },
  {
    holds: 'the account administers its key',
    find: (model) =>
      model
        .ofType('AWS::KMS::Key')
        .filter(
          ({ properties }) =>
            !list<Json>(properties.KeyPolicy.Statement).some(
              ({ Principal, Action }) => JSON.stringify(Principal.AWS ?? '').includes(':root') && Action === 'kms:*',
            ),
        )
        .map(({ id }) => ({
          at: id,
          problem: 'no statement for the root of the account: nobody could ever change the policy',
        })),
    mutations: [
      {
        breaks: edit('AWS::KMS::Key', ({ Properties }) => {
          Properties.KeyPolicy.Statement.shift();
        }),
        finds: /nobody could ever change/,
      },
    ],
  },
];
