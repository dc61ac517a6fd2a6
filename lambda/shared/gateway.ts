import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

const BEYOND = 'number beyond a double';
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;
/** A number beyond a double has that many digits, or an exponent of three digits. */
const MAY_BE_BEYOND = /[\d.]{200}|[eE]\+?\d{3}/;

/** The body of a request as JSON, or the error of parsing it. A number such as 1e400 stays text, because JSON has no Infinity. */
export function parsed({ body, isBase64Encoded }: APIGatewayProxyEvent): unknown {
  const sent = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '');
  // Windows editors write an invisible byte order mark, which JSON.parse refuses.
  const text = sent.replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(text);
    return MAY_BE_BEYOND.test(text) ? JSON.parse(text.replace(TOKENS, keptBeyond)) : value;
  } catch (error) {
    return error;
  }
}

const keptBeyond = (token: string): string =>
  token.startsWith('"') || Number.isFinite(Number(token)) ? token : JSON.stringify({ [BEYOND]: token });

/** The text of a number beyond a double; undefined for any other value. */
export const writtenNumber = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && BEYOND in value && typeof value[BEYOND] === 'string'
    ? value[BEYOND]
    : undefined;

export const answer = (
  statusCode: number,
  body: object,
  headers: Record<string, string> = {},
): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
