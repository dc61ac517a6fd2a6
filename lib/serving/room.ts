import type { RoomContract } from '../shared/room';

export const serving = {
  name: 'serving',
  does: 'API, `predict`, state machine *Release*; the endpoint in a stack of its own that a release updates',
  // The model is a stack of its own, because Release updates that stack and nothing else.
  stacks: { Serving: 'serving', ServingModel: 'serving-model' },
  machines: ['Release'],
  outputs: {
    apiId: 'ApiId',
    apiStage: 'ApiStage',
    /** `serving.maxInstancesPerRequest`, for the command that replays traffic. */
    maxInstances: 'MaxInstancesPerRequest',
  },
  env: { endpointName: 'ENDPOINT_NAME', maxInstances: 'MAX_INSTANCES' },
  events: { releaseFinished: 'Release Finished' },
  metrics: { captureFailures: 'CaptureFailures' },
  alarms: {
    endpointErrors: {
      what: 'endpoint-errors',
      says: 'the model container answered with 5xx',
      periodMinutes: 1,
      // One failing minute is a container that restarts; two in a row are a model that does not serve.
      periods: 2,
    },
    endpointLatency: {
      what: 'endpoint-latency',
      says: 'the median prediction took longer than 2 s in the model container',
      periodMinutes: 5,
      // The first call after a release is about six times slower, so a single period would roll every release back.
      periods: 2,
      // ModelLatency is in microseconds.
      threshold: 2_000_000,
    },
    predictErrors: {
      what: 'predict-errors',
      says: 'the prediction API answered with 5xx',
      // Answers of 503 before the first release count too; a few come from a learner who tries the API.
      threshold: 5,
    },
    captureFailures: {
      what: 'capture-failures',
      says: 'predictions were answered but not captured, so the monitor sees less than what was served',
    },
  },
} as const satisfies RoomContract;

/** Parameter of the stack `serving-model`: the ARN of the model package that serves. */
export const MODEL_PARAMETER = 'ModelPackageArn';

/** The monitors of SageMaker Model Monitor, under `monitoring.engine: managed`. */
export const managedMonitors = ['data-quality', 'model-quality', 'model-bias', 'model-explainability'] as const;
export type ManagedMonitor = (typeof managedMonitors)[number];

/** Name of a schedule of SageMaker Model Monitor; its events and metrics carry it. */
export const monitoringSchedule = (kit: string, monitor: ManagedMonitor) => `${kit}-${monitor}`;
