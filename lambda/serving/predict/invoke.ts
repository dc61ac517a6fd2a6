import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeEndpointCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { eventDayAttribute } from './capture';

/** Errors that a later attempt may avoid: a cold serverless endpoint, or one at its concurrency limit. */
const RETRYABLE = new Set(['ThrottlingException', 'ServiceUnavailable', 'ModelNotReadyException']);
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;

/** A failed call with the HTTP status for the client. */
export class InvokeError extends Error {
  constructor(
    readonly status: 429 | 502 | 503 | 504,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The endpoint's answer, a JSON text. Retries until `deadline` (epoch milliseconds) with full jitter.
 * @throws InvokeError; other errors (permissions, a wrong name) as the SDK throws them
 */
export async function invoke(
  client: SageMakerRuntimeClient,
  endpoint: string,
  exchange: { input: string; eventDay: string; inferenceId?: string },
  deadline: number,
): Promise<string> {
  const command = new InvokeEndpointCommand({
    EndpointName: endpoint,
    ContentType: 'application/json',
    Accept: 'application/json',
    // Native data capture copies it into the record, from which the monitor reads it.
    CustomAttributes: eventDayAttribute(exchange.eventDay),
    InferenceId: exchange.inferenceId,
    Body: exchange.input,
  });
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      const { Body } = await client.send(command, {
        abortSignal: AbortSignal.timeout(Math.max(1, deadline - Date.now())),
      });
      return Body?.transformToString() ?? '';
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'AbortError' || name === 'TimeoutError')
        throw new InvokeError(
          504,
          `endpoint ${endpoint} did not answer in time: send fewer instances, or try again once it is warm`,
        );
      if (/^Validation(Error|Exception)$/.test(name) && /not found/i.test(message))
        throw new InvokeError(
          503,
          `no model serves: train the first one with \`npm run kit -- train\`, or bring one of \`npm run kit -- status\` back with \`npm run kit -- release <version>\``,
        );
      if (name === 'ModelError') throw new InvokeError(502, `the model refused the request: ${message.slice(0, 500)}`);
      if (!RETRYABLE.has(name)) throw error;
      const wait = pause * Math.random();
      if (Date.now() + wait >= deadline)
        throw new InvokeError(
          name === 'ThrottlingException' ? 429 : 503,
          `endpoint ${endpoint} is busy (${name}): try again in a few seconds`,
        );
      await sleep(wait);
    }
  }
}
