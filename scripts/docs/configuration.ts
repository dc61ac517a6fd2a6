/** docs/configuration.md: every knob, from the schema of the configuration. */
import { z } from 'zod';
import { schema } from '../../lib/config';
import { algorithms, hyperparametersOf } from '../../lib/training/families';
import families from '../../schema/families.json';
import { type JsonSchema, values } from './json-schema';
import { code, pageOf, table } from './markdown';

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
    '',
    '## Hyperparameters by `training.algorithm`',
    ...algorithms.flatMap((algorithm) => [
      '',
      `\`${algorithm}\`: ${families[algorithm].does}. Explained by ${families[algorithm].explained}.`,
      ...table(
        ['hyperparameter', 'values', 'default', 'what it does'],
        Object.entries(hyperparametersOf(algorithm)).map(([name, is]) => [
          code(name),
          `${is.whole ? 'whole number' : 'number'} from ${is.min} to ${is.max}`,
          is.default === null ? '' : code(String(is.default)),
          is.does,
        ]),
      ),
    ]),
  ]);
}
