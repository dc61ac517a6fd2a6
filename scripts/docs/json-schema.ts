/** Values that a JSON Schema allows, in words. */
import { code } from './markdown';

export interface JsonSchema {
  description?: string;
  default?: unknown;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  pattern?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
}

/** What a key may be, as a person would write it down. */
export function values({ type, enum: names, const: only, anyOf, items, pattern, ...rest }: JsonSchema): string {
  if (names !== undefined) return names.map((name) => code(String(name))).join(', ');
  if (only !== undefined) return code(String(only));
  if (anyOf !== undefined) return anyOf.map(values).join(', ');
  if (type === 'array') return `list of ${items === undefined ? 'anything' : values(items)}`;
  if (type === 'object') return 'object';
  if (type === 'null') return '`null`';
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'integer' || type === 'number') {
    const { minimum, exclusiveMinimum, maximum } = rest;
    // Whole numbers without a bound have JavaScript's.
    const bound = (limit?: number) => (Math.abs(limit ?? Infinity) >= Number.MAX_SAFE_INTEGER ? undefined : limit);
    const [least, most] = [bound(minimum), bound(maximum)];
    const from =
      least !== undefined ? `from ${least}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : '';
    const kind = type === 'integer' ? 'whole number' : 'number';
    return `${kind} ${from}${most === undefined ? '' : ` to ${most}`}`.trim();
  }
  return pattern === undefined ? (type ?? 'anything') : code(pattern);
}
