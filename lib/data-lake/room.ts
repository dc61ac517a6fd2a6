import type { RoomContract } from '../shared/room';

export const dataLake = {
  name: 'data-lake',
  does: 'buckets raw, curated, artifacts, captured; declared tables; Athena workgroup; capture stream',
  stacks: { DataLake: 'data-lake' },
  outputs: {
    raw: 'RawBucketName',
    curated: 'CuratedBucketName',
    artifacts: 'ArtifactsBucketName',
    captured: 'CapturedBucketName',
    dataset: 'DatasetName',
    /** `labels.delayDays`, for commands that deliver labels and train on them. */
    labelDelayDays: 'LabelDelayDays',
  },
  env: { rawBucket: 'RAW_BUCKET', artifactsBucket: 'ARTIFACTS_BUCKET', captureStream: 'CAPTURE_STREAM' },
} as const satisfies RoomContract;

/** The Glue database of the lake's tables. Athena requires quotes around dashes. */
export const databaseName = (kit: string) => kit.replaceAll('-', '_');
