import { columnWith, LARGEST } from '../../../lib/shared/dataset';
import type { Column } from '../../../lib/shared/dataset-file';
import { isTime } from '../../../lib/shared/days';
import { dataset } from '../../../lib/shared/declared';
import { writtenNumber } from '../../shared/gateway';
import { jsonOf, TOO_DEEP } from '../../shared/refusal';

export type Instance = Record<string, string | number | null>;

/** One refused value; `value` is truncated to a readable length. */
export interface Refusal {
  instance: number;
  column: string;
  value: unknown;
  rule: string;
}

/** Body of a 400: `count` is the number of refusals, `errors` has the first `MAX_LISTED`. */
export interface Refused {
  message: string;
  count: number;
  errors: Refusal[];
}

const MAX_LISTED = 20;
const MAX_VALUE_CHARACTERS = 100;
/** The id of a single-instance request is sent to SageMaker as the inference id, which has this limit. */
const MAX_ID_CHARACTERS = 64;
const INFERENCE_ID = new RegExp(`^[ -~]{1,${MAX_ID_CHARACTERS}}$`);

const { columns } = dataset.features;
const known = new Set(columns.map((column) => column.name));
const patterns = new Map(
  columns.flatMap((column) => (column.pattern === undefined ? [] : [[column.name, compiled(column)]])),
);
const [keyColumn, timeColumn] = [columnWith(dataset, 'id'), columnWith(dataset, 'time')];

/** UTC day of an instance, `YYYY-MM-DD`. */
export const eventDay = (instance: Instance): string => String(instance[timeColumn]).slice(0, 10);

/** The key by which labels are joined. */
export const keyOf = (instance: Instance): string => String(instance[keyColumn]);

/** Validates a parsed request body against the feature columns of the dataset file, and puts its columns in that file's order. */
export function validate(
  body: unknown,
  maxInstances: number,
  now = new Date(),
): { instances: [Instance, ...Instance[]] } | Refused {
  const instances = isObject(body) ? body.instances : undefined;
  if (!Array.isArray(instances))
    return refused(
      `the body must be {"instances": [...]} with 1 to ${maxInstances} instances; received ${shown(body)}`,
      [],
    );
  if (instances.length === 0 || instances.length > maxInstances)
    return refused(`send 1 to ${maxInstances} instances; received ${instances.length}`, []);
  const years = yearsAt(now);
  const refusals = instances.flatMap((instance, index) => refusalsOf(instance, index, years));
  if (refusals.length === 0) return { instances: (instances as Instance[]).map(inOrder) as [Instance, ...Instance[]] };
  const listed = refusals.length > MAX_LISTED ? `; the first ${MAX_LISTED} are listed` : '';
  const affected = new Set(refusals.map((refusal) => refusal.instance)).size;
  return refused(
    `${refusals.length} values in ${affected} of ${instances.length} instances are refused${listed}`,
    refusals,
  );
}

/** Clarify reads the captured columns by position. */
const inOrder = (instance: Instance): Instance =>
  Object.fromEntries(columns.map(({ name }) => [name, instance[name]!]));

function refusalsOf(instance: unknown, index: number, years: Years): Refusal[] {
  if (!isObject(instance))
    return [{ instance: index, column: '', value: cut(instance), rule: 'must be an object of feature columns' }];
  const broken = columns.flatMap((column) => {
    const value = Object.hasOwn(instance, column.name) ? instance[column.name] : undefined;
    const rule = brokenRule(column, value, years);
    return rule === undefined ? [] : [{ instance: index, column: column.name, value: cut(value ?? null), rule }];
  });
  const unknown = Object.keys(instance)
    .filter((name) => !known.has(name))
    .map((name) => ({
      instance: index,
      column: name,
      value: cut(instance[name]),
      rule: 'is not a feature column of the dataset',
    }));
  return [...broken, ...unknown];
}

function brokenRule(column: Column, value: unknown, years: Years): string | undefined {
  const { nullable = false, min = -LARGEST, max = LARGEST } = column;
  // A missing key is refused even if null is allowed, because a client that renamed a column must not get predictions from nulls.
  if (value === undefined) return nullable ? 'is missing: send null when the value is unknown' : 'is missing';
  if (value === null) return nullable ? undefined : 'must not be null';
  switch (column.type) {
    case 'timestamp':
      if (!isTime(value)) return `must be a UTC time such as ${dataset.since}T13:00:00Z`;
      return isWithin(value, years) ? undefined : `must be of the years ${years.first} to ${years.last}`;
    case 'string':
      if (typeof value !== 'string') return 'must be a string';
      // The later programs write UTF-8, which cannot encode unpaired surrogates.
      if (/\p{Surrogate}/u.test(value)) return 'must be well-formed Unicode: it holds half of a surrogate pair';
      if (column.role === 'id' && !INFERENCE_ID.test(value))
        return `must be 1 to ${MAX_ID_CHARACTERS} printable ASCII characters, as SageMaker takes an inference id`;
      return (patterns.get(column.name)?.test(value) ?? true) ? undefined : `must match ${column.pattern}`;
    case 'int':
    case 'double': {
      const isNumber = column.type === 'int' ? Number.isSafeInteger(value) : Number.isFinite(value);
      if (isNumber && (value as number) >= min && (value as number) <= max) return undefined;
      return `must be a${column.type === 'int' ? ' whole' : ''} number${range(column, isNumber)}`;
    }
  }
}

/** Undeclared limits are named only for a number beyond them. */
function range({ min, max, unit }: Column, isNumber: boolean): string {
  const [low, high] = isNumber ? [min ?? -LARGEST, max ?? LARGEST] : [min, max];
  const bounds = [low === undefined ? '' : ` from ${low}`, high === undefined ? '' : ` up to ${high}`].join('');
  return unit === undefined ? bounds : `${bounds} (${unit})`;
}

/** @throws Error naming the column, because a bare syntax error at load time would not */
function compiled({ name, pattern = '' }: Column): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new Error(
      `dataset.json: the pattern of column ${name} is no regular expression of JavaScript (${(error as Error).message}): write it without inline flags such as (?i)`,
      { cause: error },
    );
  }
}

interface Years {
  readonly first: number;
  readonly last: number;
}

/** Years around the dataset's: times far outside would fail the monitor's window, because pandas ends in 2262. */
const yearsAt = (now: Date): Years => ({
  first: Number(dataset.since.slice(0, 4)) - 1,
  last: now.getUTCFullYear() + 2,
});

const isWithin = (time: string, { first, last }: Years): boolean => {
  const year = Number(time.slice(0, 4));
  return year >= first && year <= last;
};

const refused = (message: string, refusals: Refusal[]): Refused => ({
  message,
  count: refusals.length,
  errors: refusals.slice(0, MAX_LISTED),
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => (writtenNumber(value) ?? jsonOf(value)).slice(0, MAX_VALUE_CHARACTERS);

const cut = (received: unknown): unknown => {
  const value = writtenNumber(received) ?? received;
  const text = jsonOf(value);
  if (text.length > MAX_VALUE_CHARACTERS) return `${text.slice(0, MAX_VALUE_CHARACTERS)}…`;
  return text === TOO_DEEP ? text : value;
};
