import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { MetadataBearer, SdkError } from '@smithy/types';
import { Refusal } from './refusal';

export interface Failure {
  readonly status: 400 | 429 | 500 | 502 | 503 | 504;
  readonly message: string;
  readonly field?: string;
  readonly value?: string;
}

/** Service errors for faults that the request check cannot find, by error name: the field and the rule. */
export type Refusals = Readonly<Record<string, readonly [field: string, rule: string]>>;

/**
 * The answer to a request whose call of `service` failed, after the SDK's retries. The service's message is never repeated: it may contain
 * the request's text, and a denial contains the account id.
 */
export function failureOf(error: unknown, service: string, refusals: Refusals): Failure {
  if (error instanceof Refusal) return { status: 400, message: error.message, field: error.field, value: error.value };
  const { name, message } = error as SdkError;
  if (name === 'AbortError' || name === 'TimeoutError')
    return { status: 504, message: `${service} did not answer in time: send less, or try again` };
  const refusal = refusals[name];
  if (refusal !== undefined) {
    const [field, rule] = refusal;
    return { status: 400, message: `${field} ${rule} (${service}: ${name})`, field };
  }
  if (/^AccessDenied/.test(name)) {
    const action = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1] ?? `an action of ${service}`;
    return {
      status: 500,
      message: `the function may not call ${action}: deploy the room again, or look for a policy of the organization that denies it`,
    };
  }
  const sdkError = error as SdkError;
  if (isThrottlingError(sdkError))
    return { status: 429, message: `${service} is at its rate limit (${name}): try again in a few seconds` };
  if (isServerError(sdkError) || isTransientError(sdkError))
    return { status: 503, message: `${service} failed (${name}): try again in a few seconds` };
  return { status: 502, message: `${service} did not take the call (${name}): the function's log has its request id` };
}

/** The loggable parts of an error, without message and stack, which may contain the request's text. */
export function traceOf(error: unknown): Record<string, unknown> {
  const { name, $metadata } = error as Error & Partial<MetadataBearer>;
  return { error: name, status: $metadata?.httpStatusCode, requestId: $metadata?.requestId };
}
