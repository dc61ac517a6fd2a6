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
import { type Charge, charge, total } from './tariff';
import type { Estimate } from './types';

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

/** The SageMaker jobs of a machine, or of the states that `only` selects, `times` each. */
export function jobs(machine: Machine, only = (_: JobState) => true, times = 1): Charge[] {
  return machine.jobs.filter(only).flatMap((job) => {
    const { minutes, kind, at } = duration(job);
    const hours = (minutes / 60) * (at.InstanceCount as number) * times;
    const what = `${times === 1 ? '' : `${times} x `}${minutes} min of ${at.InstanceType}`;
    return [
      ...charge(job, [what, `sagemaker:${kind}:${at.InstanceType}`, hours]),
      ...around(job, times, assumed('jobLogMegabytes')),
    ];
  });
}

/** Requests and logs of every job. */
const around = (job: JobState, times: number, logMegabytes: number): Charge[] =>
  charge(
    job,
    ['requests to S3', 's3:put', assumed('requestsPerJob') * times],
    ['requests to the key', 'kms:request', assumed('requestsPerJob') * times],
    ['log', 'logs:ingested', logMegabytes * 1000 * GB * times],
  );

/** All states are counted once: a run skips some of them, and retries count again. */
export function transitions(machine: Machine, more = 0): Charge[] {
  const states = Object.keys(machine.states).length + more;
  return [...entered(machine, states), ...charge(machine, ['event', 'events:custom', 1])];
}

/** States that are entered. */
export const entered = (resource: Placed, states: number, executions = 1): Charge[] =>
  charge(
    resource,
    ['state transitions', 'states:transition', states],
    ['execution log', 'logs:ingested', states * assumed('transitionLogKilobytes') * GB],
    ['trace', 'xray:trace', executions],
  );

function prepare(templates: Templates): Charge[] {
  const job = only(templates, 'etl', 'AWS::Glue::Job');
  const machine = machineOf(templates, 'etl', 'Prepare');
  const { NumberOfWorkers, WorkerType } = job.properties;
  // A G.1X worker is one DPU, a G.2X worker two, and so on.
  const dpus = (NumberOfWorkers as number) * Number(/G\.(\d+)X/.exec(WorkerType as string)?.[1]);
  const minutes = assumed('prepareMinutes');
  return [
    ...charge(job, [`${minutes} min of ${NumberOfWorkers} x ${WorkerType}`, 'glue:dpu', (dpus * minutes) / 60]),
    ...machine.jobs.flatMap((state) => around(state, 1, assumed('glueLogMegabytes'))),
    ...transitions(machine),
  ];
}

/** The endpoint's configuration with its one variant. */
function hosting(templates: Templates): { endpoint: Placed; variant: Json } {
  const endpoint = only(templates, 'serving-model', 'AWS::SageMaker::EndpointConfig');
  return { endpoint, variant: endpoint.properties.ProductionVariants[0] };
}

function release(templates: Templates): Charge[] {
  const { endpoint, variant } = hosting(templates);
  const { InstanceType: type, InitialInstanceCount: count } = variant;
  const minutes = assumed('blueGreenMinutes');
  const what = `${minutes} min of a second fleet, ${count} x ${type}`;
  return [
    ...transitions(machineOf(templates, 'serving', 'Release'), assumed('releasePolls')),
    ...(type === undefined ? [] : charge(endpoint, [what, `sagemaker:hosting:${type}`, (count * minutes) / 60])),
  ];
}

function requests(templates: Templates, count: number): Charge[] {
  const api = only(templates, 'serving', 'AWS::ApiGateway::RestApi');
  const predict = only(templates, 'serving', 'AWS::Lambda::Function', 'Predict');
  const stream = only(templates, 'data-lake', 'AWS::KinesisFirehose::DeliveryStream');
  const { endpoint, variant } = hosting(templates);
  const modelMs = assumed('modelMilliseconds');
  const handlerMs = assumed('handlerMilliseconds');
  const seconds = (milliseconds: number) => (count * milliseconds) / 1000;
  const captured = count * assumed('captureKilobytes') * GB;
  const serverless = (memoryMb: number) => [
    ...charge(
      endpoint,
      [`invocations of ${modelMs} ms`, 'sagemaker:serverless', seconds(modelMs) * (memoryMb / 1024)],
      ['data in and out', 'sagemaker:serverless-data', captured],
    ),
    ...charge(
      stream,
      ['captured records', 'firehose:ingested', captured],
      ['captured records by their day', 'firehose:partitioned', captured],
    ),
  ];
  return [
    ...charge(api, ['requests', 'apigateway:request', count]),
    ...charge(
      predict,
      ['requests', 'lambda:request', count],
      [`${handlerMs} ms each`, 'lambda:duration', seconds(handlerMs) * (predict.properties.MemorySize / 1024)],
      ['log', 'logs:ingested', count * assumed('requestLogKilobytes') * GB],
      ['traces', 'xray:trace', count * assumed('tracedShare')],
    ),
    ...(variant.ServerlessConfig === undefined ? [] : serverless(variant.ServerlessConfig.MemorySizeInMB)),
  ];
}

/** Two analyses of every document; a batch is one invocation, which reads its documents and writes one object. */
function analyze(templates: Templates): Charge[] {
  const batch = only(templates, 'ai-services', 'AWS::Lambda::Function', 'AnalyzeDocuments');
  const documents = assumed('documents');
  const batches = Math.ceil(documents / batchLimits.documents);
  const units = (2 * documents * assumed('documentCharacters')) / 100;
  const seconds = batches * assumed('batchSeconds');
  return [
    ...charge(
      batch,
      ['sentiment and entities of the documents', 'comprehend:unit', units],
      ['batches', 'lambda:request', batches],
      ['waiting for Comprehend', 'lambda:duration', seconds * (batch.properties.MemorySize / 1024)],
      ['results', 's3:put', batches],
      ['requests to the key', 'kms:request', documents + batches],
    ),
    ...transitions(machineOf(templates, 'ai-services', 'Analyze'), batches),
  ];
}

/** Every run by name, in lifecycle order. */
export function runCharges(
  templates: Templates,
  tuning: Config['training']['tuning'],
): { run: string; charges: Charge[] }[] {
  const train = machineOf(templates, 'training', 'Train');
  const monitor = machineOf(templates, 'monitoring', 'Monitor');
  // A warm start is a state of its own; only one of the two tuning states is entered.
  const isTuning = ({ operation, arguments: given }: JobState) =>
    operation === 'sagemaker:createHyperParameterTuningJob' && given.WarmStartConfig === undefined;
  // States by their names in lib/training.
  const state = (name: string) => (job: JobState) => job.id.endsWith(`/${name}`);
  const evaluate = jobs(train, state('Evaluate'));
  const families = algorithms.length;
  const metrics = assumed('busyMetrics') / HOURS_PER_MONTH;
  const runs = {
    prepare: prepare(templates),
    train: [...jobs(train, state('Train')), ...evaluate, ...transitions(train)],
    tune: [...jobs(train, isTuning, trialsOf(tuning)), ...evaluate, ...transitions(train)],
    [`bake-off of ${families} families`]: [
      ...jobs(train, state('TrainFamily'), families),
      ...jobs(train, state('Compare')),
      ...evaluate,
      ...transitions(train, families),
    ],
    release: release(templates),
    [`${assumed('requests')} requests`]: requests(templates, assumed('requests')),
    'monitor a window': [...jobs(monitor), ...transitions(monitor)],
    'an hour of metrics': charge(monitor, ['metrics of a window', 'cloudwatch:metric', metrics]),
    ...('ai-services' in templates && { [`analyze ${assumed('documents')} documents`]: analyze(templates) }),
  };
  return Object.entries(runs).map(([run, charges]) => ({ run, charges }));
}

/** The cost of the drift story, as a number of runs. */
export function story(runs: Estimate['runs']): Estimate['story'] {
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
