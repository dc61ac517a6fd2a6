/** Nothing that a new customer is refused, but in `managed`, which is for accounts that are not. */
import { closedFeatures, type ClosedFeature } from '../../../scripts/account/facts';
import type { Json } from '../../shared/json';
import { add, edit, rewrite, type Check } from '../check';
import { list, type Model } from '../../../scripts/shared/model';

/** What `monitoring.engine: managed` is about. */
const MANAGED = ['SageMaker Model Monitor', 'SageMaker Clarify'];

const fields = (part: Json): string[] =>
  typeof part !== 'object' || part === null
    ? []
    : Object.entries<Json>(part).flatMap(([name, value]) => [...(Array.isArray(part) ? [] : [name]), ...fields(value)]);

const at = (properties: Json, path: string): Json => path.split('.').reduce((part, name) => part?.[name], properties);

/** Texts of a kit, collected once for all features: walking the properties for each of them took half of this proof. */
function said({ nodes, tasks, grants }: Model) {
  return {
    resources: nodes.map((node) => ({
      ...node,
      names: new Set(fields(node.properties)),
      text: JSON.stringify(node.properties),
    })),
    tasks: tasks.map(({ machine, state, integration, arguments: args }) => {
      const [service = '', operation = ''] = integration
        .replace(/^aws-sdk:/, '')
        .replace(/\.sync(:\d)?$/, '')
        .split(':');
      const call = `${service}:${operation}`.toLowerCase();
      return { machine, state, call, names: new Set(fields(args)) };
    }),
    grants,
  };
}

/** The resources of a kit that use a closed feature. */
function uses(
  kit: ReturnType<typeof said>,
  {
    resourceTypes = [],
    operations = [],
    requestFields = [],
    imageRepositories = [],
    values = [],
  }: ClosedFeature['uses'],
) {
  const resources = kit.resources.flatMap(({ id, type, properties, names, text }) => [
    ...(resourceTypes.includes(type) ? [`${id} is a ${type}`] : []),
    ...requestFields.filter((field) => names.has(field)).map((field) => `${id} sets ${field}`),
    ...imageRepositories
      .filter((repository) => text.includes(repository))
      .map((repository) => `${id} runs ${repository}`),
    ...values
      .filter(({ resourceType }) => resourceType === type)
      .filter(({ property, values: refused }) =>
        list<Json>(at(properties, property)).some((value) => refused.includes('*') || refused.includes(value)),
      )
      .map(({ property }) => `${id} sets ${property} to ${at(properties, property)}`),
  ]);
  const tasks = kit.tasks.flatMap(({ machine, state, call, names }) =>
    [
      ...operations.filter((operation) => operation.toLowerCase() === call),
      ...requestFields.filter((field) => names.has(field)),
    ].map((used) => `${machine.id} ${state} uses ${used}`),
  );
  const grants = kit.grants.flatMap(({ policy, actions }) =>
    actions.filter((action) => operations.includes(action)).map((action) => `${policy.id} allows ${action}`),
  );
  return [...resources, ...tasks, ...grants];
}

const open = ['sandbox', 'standard', 'production'];

export const closed: Check[] = [
  {
    holds: 'no closed feature outside managed',
    find: (model) => {
      const kit = said(model);
      return closedFeatures
        .filter(({ feature }) => model.variant !== 'managed' || !MANAGED.includes(feature))
        .flatMap(({ feature, status, since, instead, uses: met }) =>
          uses(kit, met).map((use) => ({
            at: use.split(' ')[0] ?? '',
            problem: `${use}: ${feature} is ${status}${since === null ? '' : ` since ${since}`}. Instead: ${instead}`,
          })),
        );
    },
    mutations: [
      {
        breaks: add('monitoring', 'Watch', { Type: 'AWS::SageMaker::MonitoringSchedule', Properties: {} }),
        finds: /is a AWS::SageMaker::MonitoringSchedule: SageMaker Model Monitor is closed since 2026-07-30/,
        only: open,
      },
      {
        breaks: rewrite(/\\"AlgorithmSpecification\\":/, '\\"DebugHookConfig\\":{},$&'),
        finds: /uses DebugHookConfig: SageMaker Debugger/,
      },
      {
        breaks: edit('AWS::SageMaker::EndpointConfig', ({ Properties }) => {
          Properties.ExplainerConfig = { ClarifyExplainerConfig: {} };
        }),
        finds: /sets (Clarify)?ExplainerConfig: SageMaker Clarify/,
        only: open,
      },
      {
        breaks: rewrite(/dkr\.ecr\.(.*?)sagemaker-xgboost/, 'dkr.ecr.$1sagemaker-clarify-processing'),
        finds: /runs sagemaker-clarify-processing/,
        only: open,
      },
      {
        breaks: rewrite(/states:::sagemaker:createProcessingJob/, 'states:::sagemaker:createLabelingJob'),
        finds: /uses sagemaker:CreateLabelingJob: SageMaker Ground Truth/,
      },
      {
        breaks: rewrite(/"ssm:GetParameter"/, '"rekognition:StartPersonTracking"'),
        finds: /allows rekognition:StartPersonTracking/,
      },
      {
        breaks: edit('AWS::Glue::Job', ({ Properties }) => (Properties.GlueVersion = '2.0')),
        finds: /sets GlueVersion to 2.0: AWS Glue 0.9/,
      },
    ],
  },
];
