/**
 * The assumptions behind the figures. Durations are billed time on AWS: two minutes for image and data, plus the program's own time in `npm
 * run rehearse -- --scenario drift` on this machine, rounded up to minutes. They were not measured on AWS.
 */
import { endOf, partitionsOf, windowsOf } from '../../operate/days';
import { storyOf } from '../../../datasets/module';
import { dataset } from '../../../lib/shared/declared';

interface Assumption {
  value: number;
  unit: string;
  why: string;
}

/** The story as played by `npm run rehearse -- --scenario drift` without options. */
const story = storyOf(dataset.name);
const played = { start: story.history.end, end: endOf(story.through ?? story.last) };
const later = [...partitionsOf(dataset, played)];
const weeks = windowsOf(played, 7);
const features = dataset.features.columns.filter(({ role }) => role === 'feature').length;

export const assumptions = {
  prepareMinutes: { value: 2, unit: 'minutes', why: 'Glue job of one to three partitions; rehearsed in 5 to 15 s' },
  trainMinutes: {
    value: 4,
    unit: 'minutes',
    why: 'training job, every trial of a tuning job, and every family of a bake-off',
  },
  evaluateMinutes: { value: 4, unit: 'minutes', why: 'processing job of evaluation and gate, and that of a bake-off' },
  monitorMinutes: { value: 3, unit: 'minutes', why: 'processing job of a window; rehearsed in about 3 s' },
  managedMonitorMinutes: {
    value: 10,
    unit: 'minutes',
    why: 'processing job of Model Monitor or Clarify; others saw 6 to 14',
  },
  releasePolls: { value: 20, unit: 'transitions', why: 'waits and polls of Release while an endpoint is updated' },
  expiryTransitions: { value: 8, unit: 'transitions', why: 'a look of Release at a model that is not to expire yet' },
  blueGreenMinutes: { value: 30, unit: 'minutes', why: 'two fleets at once while traffic shifts (real-time)' },
  requests: { value: 100, unit: 'requests', why: 'API requests, each up to 500 rows of a day' },
  instancesPerRequest: { value: 450, unit: 'rows', why: '108,122 rows in 238 requests of the story' },
  modelMilliseconds: { value: 100, unit: 'ms', why: 'time of an invocation of the serverless endpoint' },
  handlerMilliseconds: { value: 200, unit: 'ms', why: 'time of the function Predict, which waits for the endpoint' },
  captureKilobytes: { value: 325, unit: 'KB', why: 'captured record of 450 rows, in whole steps of 5 KB' },
  requestLogKilobytes: { value: 2, unit: 'KB', why: 'API access log and function log of a request' },
  jobLogMegabytes: {
    value: 0.1,
    unit: 'MB',
    why: "log of a SageMaker job: the container's start, and one line of the program",
  },
  glueLogMegabytes: { value: 2, unit: 'MB', why: 'log of a Glue job, Spark driver and executors' },
  transitionLogKilobytes: { value: 5, unit: 'KB', why: 'a state entered and left, with its data' },
  tracedShare: { value: 0.1, unit: 'of requests', why: 'X-Ray samples one request per second and 5 % of the rest' },
  requestsPerJob: {
    value: 100,
    unit: 'requests',
    why: 'S3 and KMS requests of a job: 70 to 110 of each in the audit of the story',
  },
  documents: { value: 1000, unit: 'documents', why: 'documents of one execution of Analyze' },
  documentCharacters: { value: 1000, unit: 'characters', why: 'a review or a complaint of half a page' },
  batchSeconds: { value: 1, unit: 's', why: 'time of a batch, which waits for two calls of Comprehend' },
  bucketGigabytes: { value: 0.2, unit: 'GB', why: 'a bucket of the lake after a year of events' },
  logGigabytes: { value: 0.05, unit: 'GB', why: 'content of a log group' },
  tableGigabytes: { value: 0.01, unit: 'GB', why: 'a table of leases or decisions' },
  trailFiles: { value: 288, unit: 'files a day', why: 'the trail delivers every five minutes while anything happens' },
  idleMetrics: {
    value: 5,
    unit: 'metrics',
    why: 'metrics of a window without traffic: heartbeat, and records and coverage twice',
  },
  busyMetrics: {
    value: 1 + 2 * 5 + features,
    unit: 'metrics',
    why: `metrics of a window with traffic: heartbeat, five figures twice, a distance of each of ${features} features`,
  },
  scalingAlarms: { value: 2, unit: 'alarms', why: 'target tracking creates two per policy' },
  storyPreparations: {
    value: 1 + later.length,
    unit: 'runs',
    why: 'the history in one run, then a partition at a time',
  },
  storyTrainings: { value: 4, unit: 'trainings', why: 'the first model, two after drift, one without a cause' },
  storyReleases: { value: 3, unit: 'releases', why: 'the gate holds the training without a cause' },
  storyWindows: { value: weeks.length, unit: 'windows', why: 'weeks from the history to the end of the story' },
  storyRequests: { value: 238, unit: 'requests', why: 'requests of those weeks' },
  storyHours: {
    value: 3,
    unit: 'hours',
    why: 'a replayed window takes about six minutes on AWS, a training with its release fifteen; metrics bill by the hour',
  },
} as const satisfies Record<string, Assumption>;

export const assumed = (name: keyof typeof assumptions): number => assumptions[name].value;

export const DAYS_PER_MONTH = 365 / 12;
export const HOURS_PER_MONTH = DAYS_PER_MONTH * 24;
