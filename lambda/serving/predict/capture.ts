import { randomUUID } from 'node:crypto';
import { type FirehoseClient, PutRecordCommand } from '@aws-sdk/client-firehose';
import { serving } from '../../../lib/serving/room';
import { countMetric } from '../../shared/metric';

/** A prediction that is waited for costs more than a captured record is worth: Firehose answers in about 20 ms or is in trouble. */
// #region capture
const CAPTURE_LIMIT_MS = 300;
/** The first put of an environment looks up a name, opens a connection and compiles what it runs, with a third of a CPU. */
const FIRST_CAPTURE_LIMIT_MS = 2500;
// #endregion capture
let isFirst = true;

/** Firehose's limit for one record, before its base64. */
export const MAX_RECORD_BYTES = 1000 * 1024;

/** The two JSON texts as the endpoint took and answered them. */
export interface Exchange {
  input: string;
  output: string;
  /** `YYYY-MM-DD`; the delivery stream partitions by it. */
  eventDay: string;
}

/** One line of AWS's data-capture format, so that natively captured records and ours are read by the same monitor. */
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
 * Puts the exchange on the delivery stream; never throws, because a prediction is worth more than its record. A failure is counted.
 *
 * A record above Firehose's limit is counted, not split: the largest request that the schema allows stays well below it (a test builds
 * it), and halves would break "one record a request" and need two calls within the time of one. A wider schema shows up in the alarm.
 * @param deadline when the answer has to be on its way, of Date.now()
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
    // A frozen environment keeps connections that the other side has closed. The monitor knows a record that arrived twice by its event id.
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
