import { FirehoseClient } from '@aws-sdk/client-firehose';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { dataLake } from '../../../lib/data-lake/room';
import { foundation } from '../../../lib/foundation/room';
import { serving } from '../../../lib/serving/room';
import { requireEnv } from '../../shared/env';
import { answer, parsed } from '../../shared/gateway';
import { capture } from './capture';
import { invoke, InvokeError } from './invoke';
import { eventDay, keyOf, validate } from './validate';

/** API Gateway's limit is 29 s; the difference covers a cold start, capture and network. */
const BUDGET_MS = 27_500;

const kit = requireEnv(foundation.env.kit);
const endpoint = requireEnv(serving.env.endpointName);
const maxInstances = Number(requireEnv(serving.env.maxInstances));
/** Unset when the endpoint captures natively. */
const captureStream = process.env[dataLake.env.captureStream];

// The handler retries itself, because the SDK does not consider API Gateway's time limit.
const runtime = new SageMakerRuntimeClient({ maxAttempts: 1 });
const firehose = new FirehoseClient({ maxAttempts: 1 });

export async function handler(event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> {
  const deadline = Date.now() + Math.min(BUDGET_MS, context.getRemainingTimeInMillis() - 1000);
  const body = parsed(event);
  if (body instanceof SyntaxError)
    return answer(400, { message: `the body is not JSON: ${body.message}`, count: 0, errors: [] });
  const request = validate(body, maxInstances);
  if (!('instances' in request)) return answer(400, request);

  const [first, ...others] = request.instances;
  const exchange = {
    input: JSON.stringify(request),
    eventDay: eventDay(first),
    // Model Monitor joins labels by this id, one per record.
    inferenceId: others.length === 0 ? keyOf(first) : undefined,
  };
  try {
    const output = await invoke(runtime, endpoint, exchange, deadline);
    const { model, predictions } = JSON.parse(output) as { model?: string; predictions: unknown[] };
    if (captureStream !== undefined) await capture(firehose, captureStream, kit, { ...exchange, output }, deadline);
    return answer(200, { model, predictions });
  } catch (error) {
    console.error(error);
    if (error instanceof SyntaxError)
      return answer(502, { message: `endpoint ${endpoint} did not answer with JSON: ${error.message}` });
    if (error instanceof InvokeError) return answer(error.status, { message: error.message });
    throw error;
  }
}
