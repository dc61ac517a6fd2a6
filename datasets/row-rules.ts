/** Row rules of a raw table, as the Glue job applies them. */
import { labelsOf, LARGEST } from '../lib/shared/dataset';
import type { Dataset, RawColumn, RawTable } from '../lib/shared/dataset-file';
import { isDay } from '../lib/shared/days';
import type { Label, Row } from './data-source';

export const TIME = /^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Text forms of each type. Spark accepts the same forms and calls others malformed. */
const FORM = {
  int: /^[+-]?\d+$/,
  double: /^ *([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|NaN|[+-]?Inf(inity)?) *$/,
  timestamp: TIME,
  // The replacement character marks bytes that are not UTF-8.
  string: /^[^\uFFFD]*$/,
};

/**
 * The row, with invalid numbers (NaN, Infinity, 1e300) emptied.
 * @throws Error naming column and rule, for a row that the job would quarantine
 */
export function soundRow({ columns }: RawTable, row: Row): Row {
  return Object.fromEntries(columns.map((column) => [column.name, soundValue(column, row[column.name] ?? '')]));
}

function soundValue(column: RawColumn, text: string): string {
  const { name, type, rule } = column;
  if (text !== '' && !(FORM[type].test(text) && (type !== 'timestamp' || isDay(text.slice(0, 10)))))
    throw new Error(`${name} must be written as ${type}, not "${text}"`);
  const value = type === 'double' && !isPossible(column, Number(text)) ? '' : text;
  const broken = brokenLimit(column, value);
  if (broken === undefined || rule === undefined) return value;
  if (rule === 'null') return '';
  throw new Error(`${name} ${broken}, not "${value}"`);
}

const isPossible = ({ min = -LARGEST, max = LARGEST }: RawColumn, value: number): boolean =>
  value >= Math.min(min, -LARGEST) && value <= Math.max(max, LARGEST);

/** The requirement that a value violates, or undefined. */
function brokenLimit({ min, max, pattern, rule }: RawColumn, value: string): string | undefined {
  if (value === '') return rule === 'quarantine' ? 'must not be empty' : undefined;
  if (min !== undefined && Number(value) < min) return `must be at least ${min}`;
  if (max !== undefined && Number(value) > max) return `must be at most ${max}`;
  if (pattern !== undefined && !new RegExp(pattern).test(value)) return `must match ${pattern}`;
  return undefined;
}

/**
 * The label, if trainings and monitor accept it.
 * @throws Error with the label rule's value and the declaration of dataset.json
 */
export function deliverable({ features, labels }: Pick<Dataset, 'features' | 'labels'>, label: Label): Label {
  const pattern = features.columns.find(({ role }) => role === 'id')?.pattern ?? '.';
  if (typeof label.id !== 'string' || !new RegExp(pattern).test(label.id))
    throw new Error(`the label rule gives the id ${JSON.stringify(label.id)}, which must match ${pattern}`);
  const declared = labelsOf({ labels });
  if (label.values.length !== declared.length)
    throw new Error(`the label rule gives ${label.values.length} values, dataset.json declares ${declared.length}`);
  for (const [place, { name, type, min = -Infinity, max = Infinity }] of declared.entries()) {
    const value = label.values[place]!;
    const fits = type === 'int' ? Number.isInteger(value) : Number.isFinite(value);
    if (!fits || value < min || value > max)
      throw new Error(`the label rule gives ${name} ${value}, which must be ${type} from ${min} to ${max}`);
  }
  return label;
}
