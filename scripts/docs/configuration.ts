/** docs/configuration.md: every knob, from the schema of the configuration. */
import { z } from 'zod';
import { schema } from '../../lib/config';
import { code, pageOf, table } from './markdown';

interface JsonSchema {
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
  additionalProperties?: JsonSchema | boolean;
}

export interface Knob extends JsonSchema {
  /** Dotted, as `-c config=` nests it. */
  readonly knob: string;
}

/** Every knob in the order of the rooms. */
export function knobs(): Knob[] {
  const of = (properties: Record<string, JsonSchema>, path: string): Knob[] =>
    Object.entries(properties).flatMap(([key, value]) => {
      const knob = path === '' ? key : `${path}.${key}`;
      return value.properties === undefined ? [{ knob, ...value }] : of(value.properties, knob);
    });
  return of((z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema).properties ?? {}, '');
}

/** What a knob may be, as a person would write it down. */
function values({ type, enum: names, const: only, anyOf, items, pattern, ...rest }: JsonSchema): string {
  if (names !== undefined) return names.map((name) => code(String(name))).join(', ');
  if (only !== undefined) return code(String(only));
  if (anyOf !== undefined) return anyOf.map(values).join(', ');
  if (type === 'array') return `list of ${items === undefined ? 'anything' : values(items)}`;
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

export function configurationPage(): string {
  const all = knobs();
  const slices = [...new Set(all.map(({ knob }) => knob.split('.')[0] ?? ''))];
  return pageOf([
    '# Configuration',
    '',
    '<!-- `npm run docs` writes this page from lib/config.ts and the config.ts of each room. -->',
    '',
    'Every knob with what it may be and its default in profile `sandbox`; `lib/config.ts` says what the other profiles set. Lay values over a profile with',
    '`-c config=\'{"gate":{"draws":2000}}\'` (CDK) or `--config` (the commands). A wrong key, type or value is refused at synth, with what is allowed.',
    ...slices.flatMap((slice) => {
      const of = all.filter(({ knob }) => knob.split('.')[0] === slice);
      const rows = of.map((knob) => [
        code(knob.knob),
        values(knob),
        knob.default === undefined ? '' : code(JSON.stringify(knob.default)),
        knob.description ?? '',
      ]);
      return ['', `## ${slice}`, ...table(['knob', 'values', 'default', 'what it does'], rows)];
    }),
  ]);
}
