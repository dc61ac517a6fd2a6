/** Quotas that a configuration needs. */
import type { Config } from '../../../lib/config';
import { knownQuotas } from '../facts';

export interface Need {
  service: string;
  /** The quota's name in Service Quotas. */
  name: string;
  /** `L-…`; undefined when it must be looked up by name. */
  code?: string;
  /** Least value with which the kit works. */
  least: number;
  what: string;
  /** Value from which it always works; `short` describes the limitation below it. @default least */
  comfortable?: { value: number; short: string };
}

/** Every quota that the kit uses, each once. */
export function needs({ training, monitoring, serving, etl }: Config): Need[] {
  const types = [...new Set([training.processingInstanceType, monitoringType(monitoring)])];
  const wanted: Omit<Need, 'code'>[] = [
    {
      service: 'sagemaker',
      name: `${training.instanceType} for ${training.spot ? 'spot ' : ''}training job usage`,
      least: 1,
      what: 'training and tuning',
      comfortable: {
        value: training.tuning.maxParallel + 1,
        short: 'a retraining is refused while a tuning job runs',
      },
    },
    ...types.map((type) => ({
      service: 'sagemaker',
      name: `${type} for processing job usage`,
      least: 1,
      what: 'evaluation and monitoring',
      comfortable: {
        value: types.length === 1 ? 2 : 1,
        short: 'an evaluation is refused while a window is monitored',
      },
    })),
    ...(serving.mode === 'serverless' ? serverless(serving) : realTime(serving, monitoring)),
    {
      service: 'lambda',
      name: 'Concurrent executions',
      // One execution each for a prediction and the guard.
      least: 2,
      what: 'predictions and the guard',
      comfortable: {
        value: serving.mode === 'serverless' ? serving.maxConcurrency + 1 : 10,
        short: 'the functions throttle each other before the endpoint is busy',
      },
    },
    {
      service: 'glue',
      name: 'Max task DPUs per account',
      least: etl.workers,
      what: 'preparing months',
      // The job's limit of concurrent runs.
      comfortable: { value: etl.workers * 3, short: 'months that land together are prepared one after the other' },
    },
  ];
  return wanted.map((need) => {
    const code = knownQuotas.find(({ service, name }) => service === need.service && name === need.name)?.code;
    return code == null ? need : { ...need, code };
  });
}

const monitoringType = ({ engine, instanceType, managedInstanceType }: Config['monitoring']) =>
  engine === 'managed' ? managedInstanceType : instanceType;

const serverless = ({ maxConcurrency }: Config['serving']) => [
  {
    service: 'sagemaker',
    name: 'Maximum number of serverless endpoints',
    least: 1,
    what: 'the endpoint',
  },
  {
    service: 'sagemaker',
    name: 'Maximum total concurrency that can be allocated across all serverless endpoints',
    least: maxConcurrency,
    what: 'serving.maxConcurrency',
  },
];

const realTime = ({ mode, instanceType, ...scaling }: Config['serving'], { engine }: Config['monitoring']) => {
  const { minInstances, maxInstances } = mode === 'instance' ? { minInstances: 1, maxInstances: 1 } : scaling;
  return [
    {
      service: 'sagemaker',
      name: `${instanceType} for endpoint usage`,
      // A release shifts traffic between two complete fleets.
      least: 2 * minInstances,
      what: 'two fleets while a release shifts traffic',
      // Clarify starts an endpoint of its own to explain predictions.
      comfortable: {
        value: 2 * maxInstances + (engine === 'managed' ? 1 : 0),
        short: 'a release fails when the endpoint is scaled to serving.maxInstances',
      },
    },
  ];
};
