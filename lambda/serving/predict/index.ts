import { FirehoseClient } from '@aws-sdk/client-firehose';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { env, NO_MODEL } from '../../../lib/shared/names';
import { requireEnv } from '../../shared/env';
import { capture } from './capture';
import { invoke, InvokeError } from './invoke';
import { eventDay, keyOf, validate } from './validate';

/** API Gateway gives up after 29 s; the rest is for a cold start, capture and the way back. */
const BUDGET_MS = 27_500;
/** A release is minutes long, so a version that is a minute old says nothing wrong for long; one call a request would double the latency. */
const CHAMPION_CACHE_MS = 60_000;

const kit = requireEnv('kit');
const endpoint = requireEnv('endpointName');
const championParameter = requireEnv('championParameter');
const maxInstances = Number(requireEnv('maxInstances'));
/** Unset where the endpoint captures natively. */
const captureStream = process.env[env.captureStream];

// Retries are ours: the SDK's know nothing of the time that API Gateway leaves.
const runtime = new SageMakerRuntimeClient({ maxAttempts: 1 });
const firehose = new FirehoseClient({ maxAttempts: 1 });
const ssm = new SSMClient({});

let champion = { arn: NO_MODEL, readAt: 0 };

export async function handler(event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> {
  const deadline = Date.now() + Math.min(BUDGET_MS, context.getRemainingTimeInMillis() - 1000);
  const body = parse(event);
  if (body instanceof SyntaxError)
    return answer(400, { message: `the body is not JSON: ${body.message}`, count: 0, errors: [] });
  const request = validate(body, maxInstances);
  if (!('instances' in request)) return answer(400, request);

  const arn = await championArn();
  if (arn === NO_MODEL)
    return answer(503, {
      message:
        'no model serves: train the first one with `npm run kit -- train`, or bring one of `npm run kit -- status` back with `npm run kit -- release <version>`',
    });
  const [first, ...others] = request.instances;
  const exchange = {
    input: JSON.stringify(request),
    eventDay: eventDay(first),
    // Model Monitor joins labels by it, one a record.
    inferenceId: others.length === 0 ? keyOf(first) : undefined,
  };
  try {
    const output = await invoke(runtime, endpoint, exchange, deadline);
    const predicted = JSON.parse(output) as { modelVersion?: string; predictions: unknown[] };
    if (captureStream !== undefined) await capture(firehose, captureStream, kit, { ...exchange, output }, deadline);
    return answer(200, {
      modelVersion: predicted.modelVersion ?? arn.split('/').at(-1),
      predictions: predicted.predictions,
    });
  } catch (error) {
    console.error(error);
    if (error instanceof SyntaxError)
      return answer(502, { message: `endpoint ${endpoint} did not answer with JSON: ${error.message}` });
    if (error instanceof InvokeError) return answer(error.status, { message: error.message });
    throw error;
  }
}

function parse({ body, isBase64Encoded }: APIGatewayProxyEvent): unknown {
  try {
    return JSON.parse(isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? ''));
  } catch (error) {
    return error;
  }
}

/** `none` is never cached, so the first prediction after the first release succeeds. */
async function championArn(): Promise<string> {
  if (champion.arn === NO_MODEL || Date.now() - champion.readAt > CHAMPION_CACHE_MS) {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: championParameter }));
    champion = { arn: Parameter?.Value ?? NO_MODEL, readAt: Date.now() };
  }
  return champion.arn;
}

const answer = (statusCode: number, body: object): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});
