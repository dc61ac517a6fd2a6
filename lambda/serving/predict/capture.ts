import { randomUUID } from 'node:crypto';
import { type FirehoseClient, PutRecordCommand } from '@aws-sdk/client-firehose';
import { serving } from '../../../lib/serving/room';
import { countMetric } from '../../shared/metric';

/** Limit for capturing: the caller waits meanwhile. Firehose normally answers in about 20 ms. */
// #region capture
const CAPTURE_LIMIT_MS = 300;
/** The first put of an environment resolves a name, opens a connection and compiles code, with a third of a CPU. */
const FIRST_CAPTURE_LIMIT_MS = 2500;
// #endregion capture
let isFirst = true;

/** Firehose's limit for one record before base64. */
export const MAX_RECORD_BYTES = 1000 * 1024;

/** The JSON texts of request and answer. */
export interface Exchange {
  input: string;
  output: string;
  /** `YYYY-MM-DD`; the delivery stream partitions by it. */
  eventDay: string;
}

/** One line of AWS's data-capture format, so that the monitor reads natively captured records and ours alike. */
export function captureRecord({ input, output, eventDay }: Exchange, eventId: string, inferenceTime: Date): string {
  const text = (mode: 'INPUT' | 'OUTPUT', data: string) => ({
    observedContentType: 'application/json',
    mode,
    data,
    encoding: 'JSON',
  });
  const record = {
    captureData: { endpointInput: text('INPUT', input), endpointOutput: text('OUTPUT', output) },
    eventMetadata: {
      eventId,
      customAttributes: [eventDayAttribute(eventDay)],
      inferenceTime: inferenceTime.toISOString().replace(/\.\d+Z$/, 'Z'),
    },
    eventVersion: '0',
  };
  return `${JSON.stringify(record)}\n`;
}

export const eventDayAttribute = (eventDay: string): string => `event-day=${eventDay}`;

/**
 * Puts the exchange on the delivery stream. A failure is counted and never thrown, because a prediction matters more than its record.
 *
 * A record above Firehose's limit is counted, not split: two halves would break "one record per request" and need two calls in the same
 * time. The largest request of the schema stays below the limit (a test builds it); a wider schema raises the alarm.
 * @param deadline latest time for the answer, compared with Date.now()
 */
export async function capture(
  firehose: FirehoseClient,
  stream: string,
  kit: string,
  exchange: Exchange,
  deadline: number,
): Promise<void> {
  // #region capture
  const limit = isFirst
    ? Math.max(CAPTURE_LIMIT_MS, Math.min(FIRST_CAPTURE_LIMIT_MS, deadline - Date.now()))
    : CAPTURE_LIMIT_MS;
  isFirst = false;
  const eventId = randomUUID();
  try {
    const record = Buffer.from(captureRecord(exchange, eventId, new Date()));
    if (record.length > MAX_RECORD_BYTES)
      throw new Error(
        `the record has ${record.length} bytes, Firehose takes ${MAX_RECORD_BYTES}: lower serving.maxInstancesPerRequest`,
      );
    const abortSignal = AbortSignal.timeout(limit);
    const put = () =>
      firehose.send(new PutRecordCommand({ DeliveryStreamName: stream, Record: { Data: record } }), { abortSignal });
    // A frozen environment keeps connections that the other side has closed. The monitor removes duplicates by event id.
    await put().catch((error: unknown) => {
      if (!isConnectionError(error)) throw error;
      return put();
    });
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    countMetric(kit, serving.metrics.captureFailures, { eventId, eventDay: exchange.eventDay, stream, reason });
  }
  // #endregion capture
}

const isConnectionError = (error: unknown): boolean =>
  /^(ECONNRESET|ECONNREFUSED|EPIPE|EAI_AGAIN)$/.test(String((error as { code?: unknown }).code));
