/** What a new account is given: the sandbox asks for no more, and for nothing that bills while nobody uses it. */
import { knownQuotas, quotaFamilies } from '../../../scripts/account/facts';
import type { Json } from '../../shared/json';
import { add, edit, rewrite, type Check } from '../check';
import { list, type Model } from '../../../scripts/shared/model';

interface Need {
  readonly at: string;
  /** Name in Service Quotas. */
  readonly quota: string;
  readonly amount: number;
}

/** Objects of a request that ask for instances, at any depth, and the usage that each counts for. */
function instances(part: Json): { usage: string; type: string; count: number }[] {
  if (typeof part !== 'object' || part === null) return [];
  const { ResourceConfig: training, ClusterConfig: processing, TransformResources: transform } = part;
  const own = [
    [training, part.EnableManagedSpotTraining === true ? 'spot training job' : 'training job'],
    [processing, 'processing job'],
    [transform, 'transform job'],
  ].flatMap(([resources, usage]) =>
    resources === undefined ? [] : [{ usage, type: resources.InstanceType, count: resources.InstanceCount }],
  );
  return [...own, ...Object.values(part).flatMap(instances)];
}

function needs(model: Model): Need[] {
  const SERVERLESS = 'Maximum total concurrency that can be allocated across all serverless endpoints';
  const jobs = model.tasks.flatMap(({ machine, state, arguments: args }) =>
    instances(args).map(({ usage, type, count }) => ({
      at: `${machine.id} ${state}`,
      quota: `${type} for ${usage} usage`,
      amount: count,
    })),
  );
  const variants = model
    .ofType('AWS::SageMaker::EndpointConfig')
    .flatMap(({ id, properties }) =>
      list<Json>(properties.ProductionVariants).map(({ InstanceType, InitialInstanceCount, ServerlessConfig }) =>
        ServerlessConfig === undefined
          ? { at: id, quota: `${InstanceType} for endpoint usage`, amount: InitialInstanceCount }
          : { at: id, quota: SERVERLESS, amount: ServerlessConfig.MaxConcurrency },
      ),
    );
  return [...jobs, ...variants];
}

/** The quota of a new account; undefined when it is unknown. */
function given(quota: string): number | undefined {
  const known = knownQuotas.find(({ name }) => name === quota);
  if (known !== undefined) return known.newAccount ?? known.default;
  return quotaFamilies.find(({ name }) => quota === name.replace('{type}', quota.split(' ')[0] ?? ''))?.default;
}

const BILLS =
  /NatGateway|Kinesis::Stream$|Redshift|NotebookInstance|MlflowTrackingServer|VPCEndpoint|SecretsManager|ElasticIP/;
const sandbox = ['sandbox'];

export const quotas: Check[] = [
  {
    holds: 'the sandbox fits the quotas of a new account',
    find: (model) =>
      model.profile !== 'sandbox'
        ? []
        : needs(model)
            .filter(({ quota, amount }) => amount > (given(quota) ?? 0))
            .map(({ at, quota, amount }) => ({
              at,
              problem: `${amount} of "${quota}": a new account has ${given(quota) ?? 'an unknown number'}`,
            })),
    mutations: [
      {
        breaks: rewrite(/ml\.t3\.large/, 'ml.m5.xlarge'),
        finds: /"ml.m5.xlarge for processing job usage": a new account has 0/,
        only: sandbox,
      },
      {
        breaks: rewrite(/\\"EnableManagedSpotTraining\\":true/, '\\"EnableManagedSpotTraining\\":false'),
        finds: /"ml.m5.large for training job usage": a new account has 0/,
        only: sandbox,
      },
      {
        breaks: edit('AWS::SageMaker::EndpointConfig', ({ Properties }) => {
          Properties.ProductionVariants[0].ServerlessConfig.MaxConcurrency = 20;
        }),
        finds: /20 of "Maximum total concurrency.*a new account has 10/,
        only: sandbox,
      },
      {
        breaks: edit('AWS::SageMaker::EndpointConfig', ({ Properties }) => {
          Properties.ProductionVariants = [{ InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }];
        }),
        finds: /"ml.m5.large for endpoint usage": a new account has 0/,
        only: sandbox,
      },
    ],
  },
  {
    holds: 'no function reserves concurrency: a new account has ten in all, and ten must stay unreserved',
    find: (model) =>
      model
        .ofType('AWS::Lambda::Function')
        .filter(({ properties }) => properties.ReservedConcurrentExecutions !== undefined)
        .map(({ id }) => ({ at: id, problem: 'reserves concurrency' })),
    mutations: [
      {
        breaks: edit('AWS::Lambda::Function', ({ Properties }) => (Properties.ReservedConcurrentExecutions = 1)),
        finds: /reserves/,
      },
    ],
  },
  {
    holds: 'nothing in the sandbox bills by the hour',
    find: (model) =>
      model.profile !== 'sandbox'
        ? []
        : model.nodes
            .filter(({ type }) => BILLS.test(type))
            .map(({ id, type }) => ({ at: id, problem: `${type} bills while idle` })),
    mutations: [
      {
        breaks: add('data-lake', 'Stream', { Type: 'AWS::Kinesis::Stream', Properties: {} }),
        finds: /Kinesis::Stream bills/,
        only: sandbox,
      },
    ],
  },
];
