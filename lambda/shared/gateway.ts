import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/** The body of a request as JSON, or the error that parsing it ended with. */
export function parsed({ body, isBase64Encoded }: APIGatewayProxyEvent): unknown {
  try {
    return JSON.parse(isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? ''));
  } catch (error) {
    return error;
  }
}

export const answer = (
  statusCode: number,
  body: object,
  headers: Record<string, string> = {},
): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
