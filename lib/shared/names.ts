/** Strings that two sides must agree on: stacks, handlers, commands and scenarios all read them here. */
import layout from '../../schema/layout.json';

export { layout };

/** In lifecycle order. `serving-model` belongs to the room `serving`; it is the stack that a release updates. */
export const rooms = ['foundation', 'data-lake', 'etl', 'training', 'serving', 'monitoring', 'retraining'] as const;
export type Room = (typeof rooms)[number];
export type StackRoom = Room | 'serving-model';
/** In an order of deployment: references run back along it. */
export const stackRooms: readonly StackRoom[] = rooms.flatMap((room) =>
  room === 'serving' ? [room, 'serving-model' as const] : [room],
);

export const names = {
  stack: (kit: string, room: StackRoom) => `${kit}-${room}`,
  /** SSM parameter: the ARN of the model package that serves, or `none`. Written by Release alone. */
  champion: (kit: string) => `/${kit}/champion`,
  endpoint: (kit: string) => kit,
  modelPackageGroup: (kit: string) => `${kit}-models`,
  eventSource: (kit: string, room: Room) => `${kit}.${room}`,
  alarm: (kit: string, room: Room, what: string) => `${kit}/${room}/${what}`,
  /** Of SageMaker Model Monitor; its events and metrics carry this name. */
  monitoringSchedule: (kit: string, monitor: ManagedMonitor) => `${kit}-${monitor}`,
} as const;

/** What SageMaker Model Monitor can watch, under `monitoring.engine: managed`. */
export const managedMonitors = ['data-quality', 'model-quality', 'model-bias', 'model-explainability'] as const;
export type ManagedMonitor = (typeof managedMonitors)[number];

/** Value of the champion parameter and of `ModelPackageArn` before the first release. */
export const NO_MODEL = 'none';

/** Tag of the model package group: `true` where its versions go with the stack. */
export const DELETE_VERSIONS_TAG = 'delete-versions';

/** Parameter of the stack `serving-model`: the ARN of the model package that serves. */
export const MODEL_PARAMETER = 'ModelPackageArn';

export const detailType = {
  partitionReady: 'Curated Partition Ready',
  monitorCompleted: 'Model Monitor Run Completed',
  releaseFinished: 'Release Finished',
} as const;

/** Status of a monitoring run that found nothing to monitor; the other statuses are the monitor's own. */
export const NO_CHAMPION = 'NoChampion';

/** `CustomerMetadataProperties` of a model package: what later rooms must know of a model without asking who trained it. */
export const packageMetadata = {
  /** First day that training left out, `YYYY-MM-DD`. */
  trainedThrough: 'trainedThrough',
  /** `s3://…/` of the evaluation's folder: decision, baselines, smoke test. */
  evaluation: 'evaluation',
  /** `s3://…` of the request that a release sends first. */
  smokeTest: 'smokeTest',
  /** What every answer of this model carries: `jobs/common/model.py`. */
  identity: 'identity',
  trigger: 'trigger',
  episode: 'episode',
} as const;

/** One namespace; every metric carries the dimension Kit, so that two kits in one account stay apart. */
export const metrics = {
  namespace: 'MlLifecycleKit',
  quarantineRatio: 'QuarantineRatio',
  captureFailures: 'CaptureFailures',
  heartbeat: 'MonitorHeartbeat',
  driftViolations: 'DriftViolations',
  qualityViolations: 'QualityViolations',
  records: 'RecordsInWindow',
  labelCoverage: 'LabelCoverage',
  auc: 'WindowAuc',
} as const;

/** CloudFormation outputs by the stack that owns them; commands find the deployed kit through these. */
export const outputs = {
  'data-lake': {
    raw: 'RawBucketName',
    curated: 'CuratedBucketName',
    artifacts: 'ArtifactsBucketName',
    captured: 'CapturedBucketName',
  },
  etl: { machine: 'PrepareMachineArn' },
  training: { machine: 'TrainMachineArn' },
  serving: { machine: 'ReleaseMachineArn', apiId: 'ApiId', apiStage: 'ApiStage' },
  monitoring: { machine: 'MonitorMachineArn' },
  retraining: { table: 'StateTableName' },
} as const;

/** Environment variables of handlers, set by the construct that grants what they point at. */
export const env = {
  kit: 'KIT',
  endpointName: 'ENDPOINT_NAME',
  championParameter: 'CHAMPION_PARAMETER',
  captureStream: 'CAPTURE_STREAM',
  maxInstances: 'MAX_INSTANCES',
  stateTable: 'STATE_TABLE',
  trainMachine: 'TRAIN_MACHINE_ARN',
  /** The `retraining` slice of the configuration, JSON. */
  guard: 'GUARD',
  artifactsBucket: 'ARTIFACTS_BUCKET',
  rawBucket: 'RAW_BUCKET',
  alertsTopic: 'ALERTS_TOPIC_ARN',
  /** The knobs by which a managed run is judged, JSON. */
  managed: 'MANAGED_MONITORING',
  /** How Clarify asks a model, JSON. */
  clarify: 'CLARIFY',
} as const;

/** The folder above the first place of a layout template: `manifests/month={month}.json` → `manifests/`. */
export function folder(template: string): string {
  const fixed = template.split('{')[0] ?? '';
  return fixed.slice(0, fixed.lastIndexOf('/') + 1);
}

/** Fills `{name}` places of a layout template. @throws Error when a place has no value */
export function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`${template}: no value for {${name}}; given ${Object.keys(values).join(', ')}`);
    return value;
  });
}
