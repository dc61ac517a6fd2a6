/** Checks the key policy: exactly the services that use the key. */
import { list, type Model, type Node } from '../shared/model';
import type { Json } from '../shared/templates';

export interface Finding {
  /** `<stack>/<logical id>`, or the stack. */
  readonly at: string;
  readonly problem: string;
}

export const finding = (at: Node, holds: boolean, problem: string): Finding[] =>
  holds ? [] : [{ at: at.id, problem }];

const PUBLISHES = ['kms:Decrypt', 'kms:GenerateDataKey*'];

/** Services that use the key on their own behalf, the property that shows it in templates, and their actions. */
const users: readonly (readonly [service: string, type: string, property: string, actions: readonly string[]])[] = [
  ['cloudwatch', 'AWS::CloudWatch::Alarm', 'AlarmActions', PUBLISHES],
  ['budgets', 'AWS::Budgets::Budget', 'NotificationsWithSubscribers', PUBLISHES],
  ['events', 'AWS::Events::Rule', 'Targets', PUBLISHES],
  ['sns', 'AWS::SNS::Subscription', 'Endpoint', PUBLISHES],
  ['s3', 'AWS::S3::Bucket', 'NotificationConfiguration', PUBLISHES],
  // CloudTrail's Developer Guide, create-kms-key-policy-for-cloudtrail: Decrypt is needed for a bucket with a Bucket Key.
  ['cloudtrail', 'AWS::CloudTrail::Trail', 'KMSKeyId', ['kms:GenerateDataKey*', 'kms:DescribeKey', 'kms:Decrypt']],
  [
    'logs',
    'AWS::Logs::LogGroup',
    'KmsKeyId',
    ['kms:Encrypt*', 'kms:Decrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
  ],
];

/** Whether a property of such a resource names the key, or a topic or queue under it. */
const usesKey = (model: Model, type: string, property: string) =>
  model
    .ofType(type)
    .flatMap((node) => model.references(node, node.properties[property]))
    .flatMap((end) => [end, ...model.references(end, end.properties.KmsMasterKeyId)])
    .some((end) => end.type === 'AWS::KMS::Key');

/** Actions by service in the policy. */
function granted(key: Node): Record<string, string[]> {
  const services: Record<string, string[]> = {};
  for (const { Effect, Principal, Action } of list<Json>(key.properties.KeyPolicy.Statement))
    for (const service of Effect === 'Allow' ? list<string>(Principal.Service) : [])
      services[service] = [...(services[service] ?? []), ...list<string>(Action)];
  return services;
}

/** Checks by the expected fact. */
export const keyPolicy = {
  'the key policy admits exactly the services that use the key, with the actions they need': (model) => {
    const needed = Object.fromEntries(
      users
        .filter(([, type, property]) => usesKey(model, type, property))
        .map(([service, , , actions]) => [`${service}.amazonaws.com`, actions]),
    );
    return model.ofType('AWS::KMS::Key').flatMap((key) => {
      const given = granted(key);
      const missing = Object.entries(needed).flatMap(([service, actions]) =>
        actions.filter((action) => !given[service]?.includes(action)).map((action) => `${service} needs ${action}`),
      );
      const idle = Object.keys(given).filter((service) => !(service in needed));
      return [...missing, ...idle.map((service) => `${service} is admitted but does not use the key`)].flatMap(
        (problem) => finding(key, false, problem),
      );
    });
  },
  'the account administers its key': (model) =>
    model.ofType('AWS::KMS::Key').flatMap((key) =>
      finding(
        key,
        list<Json>(key.properties.KeyPolicy.Statement).some(
          ({ Principal, Action }) => JSON.stringify(Principal.AWS ?? '').includes(':root') && Action === 'kms:*',
        ),
        'no statement for the root of the account: nobody could ever change the policy',
      ),
    ),
} satisfies Record<string, (model: Model) => Finding[]>;
