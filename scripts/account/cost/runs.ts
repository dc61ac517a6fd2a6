/** The cost of one use of the kit, from the jobs and functions that the state machines start. */
import { batchLimits } from '../../../lib/ai-services/limits';
import type { Config } from '../../../lib/config';
import { algorithms } from '../../../lib/training/families';
import { trialsOf } from '../../../lib/training/tuning-config';
import {
  type JobState,
  type Json,
  type Machine,
  machineOf,
  only,
  type Placed,
  type Templates,
} from '../../shared/templates';
import { assumed, HOURS_PER_MONTH } from './assumptions';
import { type Tariff, total } from './tariff';
import type { CostLine, Estimate, RunCost } from './types';

const GB = 1e-6; // KB in a GB

/** Billed minutes and instances of a job in a state. */
function duration(job: JobState): { minutes: number; kind: string; at: Json } {
  const { arguments: given } = job;
  switch (job.operation) {
    case 'sagemaker:createTrainingJob':
      return { minutes: assumed('trainMinutes'), kind: 'training', at: given.ResourceConfig };
    case 'sagemaker:createHyperParameterTuningJob':
      return { minutes: assumed('trainMinutes'), kind: 'training', at: given.TrainingJobDefinition.ResourceConfig };
    case 'sagemaker:createProcessingJob':
      return {
        minutes: assumed(job.stack === 'monitoring' ? 'monitorMinutes' : 'evaluateMinutes'),
        kind: 'processing',
        at: given.ProcessingResources.ClusterConfig,
      };
    default:
      throw new Error(
        `${job.stack}/${job.id} starts ${job.operation}, for which scripts/account/cost/assumptions.ts has no duration`,
      );
  }
}

/** Cost lines of the SageMaker jobs of a machine, or of the states that `only` selects, `times` each. */
export function jobLines(machine: Machine, tariff: Tariff, only = (_: JobState) => true, times = 1): CostLine[] {
  return machine.jobs.filter(only).flatMap((job) => {
    const { minutes, kind, at } = duration(job);
    const hours = (minutes / 60) * (at.InstanceCount as number) * times;
    const what = `${times === 1 ? '' : `${times} x `}${minutes} min of ${at.InstanceType}`;
    return [
      ...tariff.charge(job, what, `sagemaker:${kind}:${at.InstanceType}`, hours),
      ...around(job, tariff, times, 'jobLogMegabytes'),
    ];
  });
}

/** Requests and logs of every job. */
const around = (
  job: JobState,
  tariff: Tariff,
  times: number,
  log: 'jobLogMegabytes' | 'glueLogMegabytes',
): CostLine[] => [
  ...tariff.charge(job, 'requests to S3', 's3:put', assumed('requestsPerJob') * times),
  ...tariff.charge(job, 'requests to the key', 'kms:request', assumed('requestsPerJob') * times),
  ...tariff.charge(job, 'log', 'logs:ingested', assumed(log) * 1000 * GB * times),
];

/** All states are counted once: a run skips some of them, and retries count again. */
export function transitionLines(machine: Machine, tariff: Tariff, more = 0): CostLine[] {
  const entered = Object.keys(machine.states).length + more;
  return [...enteredLines(machine, tariff, entered), ...tariff.charge(machine, 'event', 'events:custom', 1)];
}

/** The cost of states that are entered. */
export const enteredLines = (resource: Placed, tariff: Tariff, entered: number, executions = 1): CostLine[] => [
  ...tariff.charge(resource, 'state transitions', 'states:transition', entered),
  ...tariff.charge(resource, 'execution log', 'logs:ingested', entered * assumed('transitionLogKilobytes') * GB),
  ...tariff.charge(resource, 'trace', 'xray:trace', executions),
];

function prepare(templates: Templates, tariff: Tariff): CostLine[] {
  const job = only(templates, 'etl', 'AWS::Glue::Job');
  const machine = machineOf(templates, 'etl', 'Prepare');
  const { NumberOfWorkers, WorkerType } = job.properties;
  // A G.1X worker is one DPU, a G.2X worker two, and so on.
  const dpus = (NumberOfWorkers as number) * Number(/G\.(\d+)X/.exec(WorkerType as string)?.[1]);
  const minutes = assumed('prepareMinutes');
  return [
    ...tariff.charge(job, `${minutes} min of ${NumberOfWorkers} x ${WorkerType}`, 'glue:dpu', (dpus * minutes) / 60),
    ...machine.jobs.flatMap((state) => around(state, tariff, 1, 'glueLogMegabytes')),
    ...transitionLines(machine, tariff),
  ];
}

function release(templates: Templates, tariff: Tariff): CostLine[] {
  const config = only(templates, 'serving-model', 'AWS::SageMaker::EndpointConfig');
  const { InstanceType, InitialInstanceCount } = (config.properties.ProductionVariants as Json[])[0];
  const minutes = assumed('blueGreenMinutes');
  return [
    ...transitionLines(machineOf(templates, 'serving', 'Release'), tariff, assumed('releasePolls')),
    ...(InstanceType === undefined
      ? []
      : tariff.charge(
          config,
          `${minutes} min of a second fleet, ${InitialInstanceCount} x ${InstanceType}`,
          `sagemaker:hosting:${InstanceType}`,
          (InitialInstanceCount * minutes) / 60,
        )),
  ];
}

function requests(templates: Templates, tariff: Tariff, count: number): CostLine[] {
  const api = only(templates, 'serving', 'AWS::ApiGateway::RestApi');
  const predict = only(templates, 'serving', 'AWS::Lambda::Function', 'Predict');
  const stream = only(templates, 'data-lake', 'AWS::KinesisFirehose::DeliveryStream');
  const endpoint = only(templates, 'serving-model', 'AWS::SageMaker::EndpointConfig');
  const { ServerlessConfig } = (endpoint.properties.ProductionVariants as Json[])[0];
  const seconds = (name: 'modelMilliseconds' | 'handlerMilliseconds') => (count * assumed(name)) / 1000;
  const captured = count * assumed('captureKilobytes') * GB;
  const serverless = () => [
    ...tariff.charge(
      endpoint,
      `invocations of ${assumed('modelMilliseconds')} ms`,
      'sagemaker:serverless',
      seconds('modelMilliseconds') * (ServerlessConfig.MemorySizeInMB / 1024),
    ),
    ...tariff.charge(endpoint, 'data in and out', 'sagemaker:serverless-data', captured),
    ...tariff.charge(stream, 'captured records', 'firehose:ingested', captured),
    ...tariff.charge(stream, 'captured records by their day', 'firehose:partitioned', captured),
  ];
  return [
    ...tariff.charge(api, 'requests', 'apigateway:request', count),
    ...tariff.charge(predict, 'requests', 'lambda:request', count),
    ...tariff.charge(
      predict,
      `${assumed('handlerMilliseconds')} ms each`,
      'lambda:duration',
      seconds('handlerMilliseconds') * (predict.properties.MemorySize / 1024),
    ),
    ...tariff.charge(predict, 'log', 'logs:ingested', count * assumed('requestLogKilobytes') * GB),
    ...tariff.charge(predict, 'traces', 'xray:trace', count * assumed('tracedShare')),
    ...(ServerlessConfig === undefined ? [] : serverless()),
  ];
}

/** Two analyses of every document; a batch is one invocation, which reads its documents and writes one object. */
function analyze(templates: Templates, tariff: Tariff): CostLine[] {
  const batch = only(templates, 'ai-services', 'AWS::Lambda::Function', 'AnalyzeDocuments');
  const documents = assumed('documents');
  const batches = Math.ceil(documents / batchLimits.documents);
  const units = (2 * documents * assumed('documentCharacters')) / 100;
  const seconds = batches * assumed('batchSeconds');
  return [
    ...tariff.charge(batch, 'sentiment and entities of the documents', 'comprehend:unit', units),
    ...tariff.charge(batch, 'batches', 'lambda:request', batches),
    ...tariff.charge(
      batch,
      'waiting for Comprehend',
      'lambda:duration',
      seconds * (batch.properties.MemorySize / 1024),
    ),
    ...tariff.charge(batch, 'results', 's3:put', batches),
    ...tariff.charge(batch, 'requests to the key', 'kms:request', documents + batches),
    ...transitionLines(machineOf(templates, 'ai-services', 'Analyze'), tariff, batches),
  ];
}

/** Every run by name, in lifecycle order. */
export function runCosts(templates: Templates, tuning: Config['training']['tuning'], tariff: Tariff): RunCost[] {
  const train = machineOf(templates, 'training', 'Train');
  const monitor = machineOf(templates, 'monitoring', 'Monitor');
  // A warm start is a state of its own; only one of the two tuning states is entered.
  const isTuning = ({ operation, arguments: given }: JobState) =>
    operation === 'sagemaker:createHyperParameterTuningJob' && given.WarmStartConfig === undefined;
  // States by their names in lib/training.
  const state = (name: string) => (job: JobState) => job.id.endsWith(`/${name}`);
  const evaluate = jobLines(train, tariff, state('Evaluate'));
  const families = algorithms.length;
  const metrics = assumed('busyMetrics') / HOURS_PER_MONTH;
  const runs: [string, CostLine[]][] = [
    ['prepare', prepare(templates, tariff)],
    ['train', [...jobLines(train, tariff, state('Train')), ...evaluate, ...transitionLines(train, tariff)]],
    ['tune', [...jobLines(train, tariff, isTuning, trialsOf(tuning)), ...evaluate, ...transitionLines(train, tariff)]],
    [
      `bake-off of ${families} families`,
      [
        ...jobLines(train, tariff, state('TrainFamily'), families),
        ...jobLines(train, tariff, state('Compare')),
        ...evaluate,
        ...transitionLines(train, tariff, families),
      ],
    ],
    ['release', release(templates, tariff)],
    [`${assumed('requests')} requests`, requests(templates, tariff, assumed('requests'))],
    ['monitor a window', [...jobLines(monitor, tariff), ...transitionLines(monitor, tariff)]],
    ['an hour of metrics', tariff.charge(monitor, 'metrics of a window', 'cloudwatch:metric', metrics)],
    ...('ai-services' in templates
      ? [[`analyze ${assumed('documents')} documents`, analyze(templates, tariff)] as [string, CostLine[]]]
      : []),
  ];
  return runs.map(([run, lines]) => ({ run, usd: total(lines), lines }));
}

/** The cost of the drift story, as a number of runs. */
export function story(runs: RunCost[]): Estimate['story'] {
  const times: Record<string, number> = {
    prepare: assumed('storyPreparations'),
    train: assumed('storyTrainings'),
    release: assumed('storyReleases'),
    [`${assumed('requests')} requests`]: assumed('storyRequests') / assumed('requests'),
    'monitor a window': assumed('storyWindows'),
    'an hour of metrics': assumed('storyHours'),
  };
  const parts = runs.flatMap(({ run, usd }) =>
    times[run] === undefined ? [] : [{ run, times: times[run], usd: usd * times[run] }],
  );
  return { usd: total(parts), parts };
}
