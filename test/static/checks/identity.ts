/** Checks of identities and their permissions. */
import type { Json } from '../../shared/json';
import { readable } from '../../shared/kit';
import { edit, rewrite, type Check, type Finding } from '../check';
import { list, type Grant, type Model } from '../../../scripts/shared/model';

/** Actions that may stand on every resource, each with its reason; one that no template uses any more is a finding. */
export const everyResource: readonly { readonly actions: RegExp; readonly reason: string; readonly only?: string[] }[] =
  [
    { actions: /^xray:(PutTraceSegments|PutTelemetryRecords|GetSampling\w+)$/, reason: 'X-Ray knows no resources' },
    {
      actions: /^logs:(\w*LogDelivery|ListLogDeliveries|\w+ResourcePolic\w+|DescribeLogGroups)$/,
      reason: 'Log delivery of Step Functions supports no resources',
    },
    { actions: /^ecr:GetAuthorizationToken$/, reason: 'The token is of the registry, not of a repository' },
    {
      actions: /^ec2:(\w+NetworkInterface(Permission)?|Describe\w+)$/,
      reason: 'SageMaker names the interfaces of a job in a VPC, and descriptions know no resources',
      only: ['production'],
    },
    {
      actions: /^application-autoscaling:\w+$/,
      reason: 'Application Auto Scaling makes up the ids of its targets',
      only: ['standard', 'production'],
    },
    {
      actions: /^sagemaker:ListModelPackages$/,
      reason: 'The call names a group, but IAM has only packages for it; which of them is checked is undocumented',
      only: ['sandbox', 'standard'],
    },
    {
      actions: /^cloudwatch:PutMetricData$/,
      reason: 'Knows no resources; every statement has a condition on the namespace',
    },
    {
      actions: /^(comprehend|rekognition|polly):\w+$/,
      reason: 'The models are the services’ own and have no ARN; Polly’s lexicons, which have one, are not used',
      only: ['managed'],
    },
  ];

/** Redshift Serverless assumes roles as itself and as `redshift.amazonaws.com`. */
const SECOND_NAME = 'redshift-serverless.amazonaws.com';

const allowed = (model: Model) => model.grants.filter(({ statement }) => statement.Effect === 'Allow');
const everywhere = ({ resources }: Grant) => resources.includes('*');

/** A test over each grant that allows something. */
const each =
  (judge: (grant: Grant, model: Model) => string[]): Check['find'] =>
  (model) =>
    allowed(model).flatMap((grant): Finding[] =>
      judge(grant, model).map((problem) => ({ at: grant.policy.id, problem })),
    );

/** Changes the first statement that allows an action. */
const grant = (action: string, change: (statement: Json) => void) =>
  edit(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' &&
      (Properties.PolicyDocument.Statement as Json[]).some(({ Action }) => list(Action).includes(action)),
    ({ Properties }) =>
      change((Properties.PolicyDocument.Statement as Json[]).find(({ Action }) => list(Action).includes(action))),
  );

export const identity: Check[] = [
  {
    holds: 'no statement allows every action of a service, or everything but a list',
    find: each(({ actions, statement }) => [
      ...actions.filter((action) => /^\*$|:\*$/.test(action)).map((action) => `allows ${action}: name the actions`),
      ...(['NotAction', 'NotResource'].some((key) => key in statement) ? ['allows everything but a list'] : []),
    ]),
    mutations: [
      { breaks: grant('ssm:GetParameter', (statement) => (statement.Action = 'ssm:*')), finds: /allows ssm:\*/ },
      { breaks: grant('ssm:GetParameter', (statement) => (statement.Action = '*')), finds: /allows \*/ },
      {
        breaks: grant('ssm:GetParameter', (statement) => {
          statement.NotResource = statement.Resource;
        }),
        finds: /everything but a list/,
      },
    ],
  },
  {
    holds: 'an action stands on every resource only for a reason that is written down',
    find: (model) => [
      ...allowed(model)
        .filter(everywhere)
        .flatMap(({ policy, actions }) =>
          actions
            .filter((action) => !everyResource.some((row) => row.actions.test(action)))
            .map((action) => ({
              at: policy.id,
              problem: `${action} on *: name resources, or the reason in identity.ts`,
            })),
        ),
      ...everyResource
        .filter(({ only = [model.profile] }) => only.includes(model.profile))
        .filter(
          (row) => !allowed(model).some((g) => everywhere(g) && g.actions.some((action) => row.actions.test(action))),
        )
        .map(({ actions }) => ({
          at: 'identity.ts',
          problem: `nothing needs ${actions} on * any more: delete the row`,
        })),
    ],
    mutations: [
      { breaks: grant('ssm:GetParameter', (statement) => (statement.Resource = '*')), finds: /ssm:GetParameter on \*/ },
    ],
  },
  {
    holds: 'metrics are put in a named namespace only',
    find: each(({ actions, statement }) =>
      actions.includes('cloudwatch:PutMetricData') &&
      !Object.values<Json>(statement.Condition ?? {}).some((tests) => 'cloudwatch:namespace' in tests)
        ? ['cloudwatch:PutMetricData without a condition on the namespace']
        : [],
    ),
    mutations: [
      {
        breaks: grant('cloudwatch:PutMetricData', (statement) => delete statement.Condition),
        finds: /without a condition/,
      },
    ],
  },
  {
    holds: 'a role is passed by its ARN, to one service',
    find: each(({ policy, actions, statement, resources }, model) => {
      if (!actions.includes('iam:PassRole')) return [];
      const service = statement.Condition?.StringEquals?.['iam:PassedToService'];
      const roles = resources.flatMap((resource) => model.references(policy, resource));
      return [
        ...(typeof service === 'string' ? [] : ['iam:PassRole without one service in iam:PassedToService']),
        ...(roles.length === resources.length ? [] : ['iam:PassRole on something that is no role of the kit']),
      ];
    }),
    mutations: [
      {
        breaks: grant('iam:PassRole', (statement) => delete statement.Condition),
        finds: /without one service/,
      },
      { breaks: grant('iam:PassRole', (statement) => (statement.Resource = '*')), finds: /no role of the kit/ },
    ],
  },
  {
    holds: 'a role of the kit is assumed by one service and by nobody else',
    find: (model) =>
      model.ofType('AWS::IAM::Role').flatMap((role) => {
        const statements = list<Json>(role.properties.AssumeRolePolicyDocument.Statement);
        const others = statements.some(({ Principal }) => Object.keys(Principal).join() !== 'Service');
        const services = model.trusts(role).filter((service) => service !== SECOND_NAME);
        return services.length === 1 && !others
          ? []
          : [{ at: role.id, problem: 'is assumed by something else than one service' }];
      }),
    mutations: [
      {
        breaks: edit('AWS::IAM::Role', ({ Properties }) => {
          Properties.AssumeRolePolicyDocument.Statement[0].Principal = { AWS: '*' };
        }),
        finds: /something else than one service/,
      },
    ],
  },
  {
    holds: 'whoever may touch objects of the lake may use their key',
    find: (model) =>
      model.ofType('AWS::IAM::Role').flatMap((role) =>
        Object.entries({ 's3:GetObject': 'kms:Decrypt', 's3:PutObject': 'kms:GenerateDataKey*' }).flatMap(
          ([object, key]) => {
            const touches = [object, `${object}*`]
              .flatMap((action) => model.allows(role, action))
              .some(({ policy, resources }) =>
                model.references(policy, resources).some(({ type }) => type === 'AWS::S3::Bucket'),
              );
            return touches && model.allows(role, key).length === 0
              ? [{ at: role.id, problem: `may ${object} but not ${key}` }]
              : [];
          },
        ),
      ),
    mutations: [
      {
        breaks: grant('kms:Decrypt', (statement) => (statement.Action = 'kms:DescribeKey')),
        finds: /but not kms:(Decrypt|Gen)/,
      },
    ],
  },
  {
    holds: 'who describes alarms may describe all of them: an update that may not look at its alarms fails',
    find: each(({ actions, resources }) =>
      actions.includes('cloudwatch:DescribeAlarms') && !resources.some((on) => readable(on).endsWith(':alarm:*'))
        ? ['may describe some alarms only: a request without names is refused']
        : [],
    ),
    mutations: [
      {
        breaks: rewrite(/:alarm:\*"/, ':alarm:mlkit/serving/endpoint-errors"'),
        finds: /may describe some alarms only/,
        only: ['standard', 'production', 'managed'],
      },
    ],
  },
];
