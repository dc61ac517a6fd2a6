import type { HttpHandlerOptions, MiddlewareStack } from '@smithy/types';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { STAND_IN_HEADER } from '../../lib/shared/names';
import { failureOf, traceOf, type Refusals } from './failure';
import { answer, parsed } from './gateway';
import { Refusal } from './refusal';

const RETRY_AFTER_SECONDS = 3;

interface Client<Input extends object, Output extends object> {
  readonly middlewareStack: MiddlewareStack<Input, Output>;
}

/** The stand-ins that answered calls of a client since the last read. One environment serves one request at a time. */
export function standIns<Input extends object, Output extends object>(
  client: Client<Input, Output>,
): () => string | undefined {
  let seen: string | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      seen = (result.response as { headers?: Record<string, string> }).headers?.[STAND_IN_HEADER] ?? seen;
      return result;
    },
    { step: 'deserialize' },
  );
  return () => {
    const last = seen;
    seen = undefined;
    return last;
  };
}

export interface ServiceHandlerProps<Input extends object, Output extends object> {
  /** The AWS service that answers; `source` of every answer. */
  readonly source: string;
  readonly client: Client<Input, Output>;
  readonly refusals: Refusals;
  /** Computes the answer to a body, with call options. @throws Refusal, or an error of the SDK */
  readonly carryOut: (body: unknown, options: HttpHandlerOptions) => Promise<object>;
}

/** A handler behind API Gateway that answers from one AWS service. */
export function serviceHandler<Input extends object, Output extends object>({
  source,
  client,
  refusals,
  carryOut,
}: ServiceHandlerProps<Input, Output>) {
  const standIn = standIns(client);
  return async (event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> => {
    standIn();
    // One second remains for the response; the function's timeout equals API Gateway's.
    const abortSignal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - 1000));
    try {
      const body = parsed(event);
      if (body instanceof SyntaxError)
        throw new Refusal('body', `${event.body?.length ?? 0} characters`, 'must be JSON');
      const found = await carryOut(body, { abortSignal });
      const by = standIn();
      return answer(200, { source, ...found }, by === undefined ? {} : { [STAND_IN_HEADER]: by });
    } catch (error) {
      const { status, ...failure } = failureOf(error, source, refusals);
      if (status !== 400) console.error({ source, answered: status, ...traceOf(error) });
      const later = status === 429 || status === 503;
      return answer(status, { source, ...failure }, later ? { 'Retry-After': String(RETRY_AFTER_SECONDS) } : {});
    }
  };
}
