import { inspect } from 'node:util';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Json } from '../shared/json';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** Sends a body as API Gateway would. */
export async function ask(handler: Handler, body: unknown, remaining = 29_000) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const event = { body: text, isBase64Encoded: false } as APIGatewayProxyEvent;
  const answered = await handler(event, { getRemainingTimeInMillis: () => remaining } as Context);
  return { status: answered.statusCode, headers: answered.headers ?? {}, body: JSON.parse(answered.body) as Json };
}

/** An error as the SDK throws it. */
export const sdkError = (name: string, message = name, httpStatusCode = 400) =>
  Object.assign(new Error(message), {
    name,
    $fault: httpStatusCode >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode, requestId: 'request-1' },
  });

/** AWS's message for a denied call. */
export const denied = (action: string) =>
  sdkError(
    'AccessDeniedException',
    `User: arn:aws:sts::123456789012:assumed-role/mlkit/fn is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  );

/** Everything that is written while a test runs. */
export function recordedLog(): () => string {
  const lines: string[] = [];
  const record = (...parts: unknown[]) => void lines.push(inspect(parts, { depth: null }));
  for (const method of ['log', 'info', 'warn', 'error'] as const)
    jest.spyOn(console, method).mockImplementation(record);
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  return () => lines.join('\n');
}
