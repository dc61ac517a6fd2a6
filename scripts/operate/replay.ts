import { setTimeout as sleep } from 'node:timers/promises';
import type { Dataset } from '../../lib/shared/dataset-file';
import { columnWith } from '../../lib/shared/dataset';
import { addDays, type DayRange } from '../../lib/shared/days';
import { endOf, partitionsOf } from './days';
import type { DeployedKit } from './deployed-kit';
import { featuresOf, type Row } from './features';
import type { Out } from '../shared/out';
import type { ApiAnswer } from './signed-api';

export interface ReplayOptions {
  days: DayRange;
  /** Concurrent requests; a new account's serverless endpoint serves 5 at once. @default 4 */
  concurrency?: number;
  /** Rows of a request: those of an hour and segment, like a client of one segment, or those of a day. @default day */
  batch?: Batch;
  /** Most rows in a request: `serving.maxInstancesPerRequest` of the deployment. @default the deployed value */
  maxInstances?: number;
  /** Leading requests that an earlier replay has sent. @default 0 */
  skip?: number;
  /** Stops the replay after the requests in progress. @default never */
  signal?: AbortSignal;
}

export type Batch = 'hour' | 'day';

interface Replayed {
  requests: number;
  instances: number;
}

interface Request {
  /** Position in the replay of these days, which is reproducible. */
  number: number;
  /** `YYYY-MM-DD` or `YYYY-MM-DDThh:00`, UTC. */
  period: string;
  instances: Row[];
}

/** A throttled API, a cold or busy endpoint, a release in progress. */
const RETRYABLE = new Set([429, 500, 502, 503, 504]);
const MAX_TRIES = 8;
const LONGEST_PAUSE_MS = 8000;

/**
 * Sends the curated rows of the days through the API, in the order of their scheduled times. Nothing is computed: the rows are those of the
 * deployed Glue job.
 * @throws Error naming the failed request, and the `--skip` with which to continue
 */
export async function replay(kit: DeployedKit, options: ReplayOptions, out: Out): Promise<Replayed> {
  const { days, concurrency = 4, batch = 'day', maxInstances = kit.settings.maxInstances, skip = 0, signal } = options;
  const queue = requests(kit, days, batch, maxInstances);
  const sent: Replayed = { requests: 0, instances: 0 };
  const unsent = new Set<number>();
  let next = skip;
  let failure: string | undefined;

  const worker = async (): Promise<void> => {
    while (failure === undefined && signal?.aborted !== true) {
      const { value: request, done } = await queue.next();
      if (done === true) return;
      if (request.number < skip) continue;
      next = Math.max(next, request.number + 1);
      unsent.add(request.number);
      const answer = await send(kit, request.instances, () => failure !== undefined);
      if (answer.status === 200) {
        unsent.delete(request.number);
        sent.requests += 1;
        sent.instances += request.instances.length;
        out.progress(`${request.period} UTC: ${sent.requests} requests, ${sent.instances} rows`);
      } else {
        failure ??= `request ${request.number} (${request.period} UTC) got status ${answer.status}: ${sentence(answer)}`;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));

  const text = `${sent.requests} requests with ${sent.instances} rows of ${days.start} to ${addDays(days.end, -1)}`;
  const goOn = `go on with --skip ${Math.min(next, ...unsent)}`;
  if (failure !== undefined) throw new Error(`replay stopped after ${text}: ${failure}; ${goOn}`);
  out.line(signal?.aborted === true ? `interrupted after ${text}; ${goOn}` : `replayed ${text}`);
  return sent;
}

async function* requests(
  kit: DeployedKit,
  days: DayRange,
  batch: Batch,
  maxInstances: number,
): AsyncGenerator<Request, undefined> {
  let number = 0;
  const timeColumn = columnWith(kit.dataset, 'time');
  for (const partition of partitionsOf(kit.dataset, days)) {
    // A day without a partition has no events; only a range without any is a mistake.
    const mayLack = kit.dataset.partition === 'day' && (number > 0 || endOf(partition) < days.end);
    const rows = (await featuresOf(kit, partition, mayLack)).filter(
      (row) => String(row[timeColumn]) >= days.start && String(row[timeColumn]) < days.end,
    );
    for (const [period, instances] of grouped(kit.dataset, rows, batch)) {
      for (let from = 0; from < instances.length; from += maxInstances)
        yield { number: number++, period, instances: instances.slice(from, from + maxInstances) };
    }
  }
  return undefined;
}

/** Rows per scheduled day, or per hour and segment, in time order; rows of one group keep their order. */
export function grouped(dataset: Dataset, rows: readonly Row[], batch: Batch): [period: string, instances: Row[]][] {
  const timeColumn = columnWith(dataset, 'time');
  const groupColumns = dataset.features.columns.filter(({ segment }) => segment).map(({ name }) => name);
  const groups = new Map<string, [string, Row[]]>();
  for (const row of rows) {
    const time = String(row[timeColumn]);
    const period = batch === 'day' ? time.slice(0, 10) : `${time.slice(0, 13)}:00`;
    const key = batch === 'day' ? period : [period, ...groupColumns.map((name) => row[name])].join('|');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [period, [row]]);
    else group[1].push(row);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

async function send(kit: DeployedKit, instances: Row[], givenUp: () => boolean): Promise<ApiAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await kit.api
      .post('predictions', { instances })
      .catch((error: Error) => ({ status: 503, body: reasonOf(error) }));
    if (!RETRYABLE.has(answer.status) || tries === MAX_TRIES || givenUp()) return answer;
    await sleep(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** tries) * Math.random());
  }
}

/** `fetch failed` hides the cause. */
const reasonOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}: ${cause.message}` : message;

function sentence({ body }: ApiAnswer): string {
  if (typeof body === 'object' && body !== null && 'message' in body) {
    const [first] = ((body as { errors?: object[] }).errors ?? []).map((error) => JSON.stringify(error));
    return first === undefined ? String(body.message) : `${String(body.message)}; ${first}`;
  }
  return typeof body === 'string' ? body.slice(0, 300) : JSON.stringify(body);
}
