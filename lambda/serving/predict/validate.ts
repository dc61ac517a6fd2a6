import dataset from '#dataset';

export type Instance = Record<string, string | number | null>;

interface Column {
  name: string;
  type: string;
  role: string;
  unit?: string;
  min?: number;
  max?: number;
  pattern?: string;
  nullable?: boolean;
}

/** One refused value; `value` is cut to a readable length. */
export interface Refusal {
  instance: number;
  column: string;
  value: unknown;
  rule: string;
}

/** Body of a 400: `count` refusals in all, the first `MAX_LISTED` of them in `errors`. */
export interface Refused {
  message: string;
  count: number;
  errors: Refusal[];
}

const MAX_LISTED = 20;
const MAX_VALUE_CHARACTERS = 100;

const columns: Column[] = dataset.features.columns;
const known = new Set(columns.map((column) => column.name));
const patterns = new Map(
  columns.flatMap(({ name, pattern }) => (pattern === undefined ? [] : [[name, new RegExp(pattern)]])),
);
const nameOf = (role: string) => columns.find((column) => column.role === role)!.name;
const [keyColumn, timeColumn] = [nameOf('id'), nameOf('time')];

/** UTC day of an instance, `YYYY-MM-DD`. */
export const eventDay = (instance: Instance): string => String(instance[timeColumn]).slice(0, 10);

/** What labels are joined by. */
export const keyOf = (instance: Instance): string => String(instance[keyColumn]);

/** Checks a parsed request body against the feature columns of schema/dataset.json; what passes has them in that file's order. */
export function validate(body: unknown, maxInstances: number): { instances: [Instance, ...Instance[]] } | Refused {
  const instances = isObject(body) ? body.instances : undefined;
  if (!Array.isArray(instances))
    return refused(
      `the body must be {"instances": [...]} with 1 to ${maxInstances} instances; received ${shown(body)}`,
      [],
    );
  if (instances.length === 0 || instances.length > maxInstances)
    return refused(`send 1 to ${maxInstances} instances; received ${instances.length}`, []);
  const refusals = instances.flatMap(refusalsOf);
  if (refusals.length === 0) return { instances: (instances as Instance[]).map(inOrder) as [Instance, ...Instance[]] };
  const listed = refusals.length > MAX_LISTED ? `; the first ${MAX_LISTED} are listed` : '';
  const affected = new Set(refusals.map((refusal) => refusal.instance)).size;
  return refused(
    `${refusals.length} values in ${affected} of ${instances.length} instances are refused${listed}`,
    refusals,
  );
}

/** Clarify reads the captured columns by place. */
const inOrder = (instance: Instance): Instance =>
  Object.fromEntries(columns.map(({ name }) => [name, instance[name]!]));

function refusalsOf(instance: unknown, index: number): Refusal[] {
  if (!isObject(instance))
    return [{ instance: index, column: '', value: cut(instance), rule: 'must be an object of feature columns' }];
  const broken = columns.flatMap((column) => {
    const value = Object.hasOwn(instance, column.name) ? instance[column.name] : undefined;
    const rule = brokenRule(column, value);
    return rule === undefined ? [] : [{ instance: index, column: column.name, value: cut(value ?? null), rule }];
  });
  const unknown = Object.keys(instance)
    .filter((name) => !known.has(name))
    .map((name) => ({
      instance: index,
      column: name,
      value: cut(instance[name]),
      rule: 'is not a feature column of schema/dataset.json',
    }));
  return [...broken, ...unknown];
}

function brokenRule(column: Column, value: unknown): string | undefined {
  const { nullable = false, min = -Infinity, max = Infinity } = column;
  // A missing key is refused even where null is allowed: a client that renamed a column must not be served on nulls.
  if (value === undefined) return nullable ? 'is missing: send null when the value is unknown' : 'is missing';
  if (value === null) return nullable ? undefined : 'must not be null';
  switch (column.type) {
    case 'timestamp':
      return isTimestamp(value) ? undefined : 'must be a UTC time such as 2013-09-01T13:00:00Z';
    case 'string':
      if (typeof value !== 'string') return 'must be a string';
      return (patterns.get(column.name)?.test(value) ?? true) ? undefined : `must match ${column.pattern}`;
    case 'int':
    case 'double': {
      const isNumber = column.type === 'int' ? Number.isSafeInteger(value) : Number.isFinite(value);
      if (isNumber && (value as number) >= min && (value as number) <= max) return undefined;
      return `must be a${column.type === 'int' ? ' whole' : ''} number${range(column)}`;
    }
    default:
      throw new Error(`schema/dataset.json: column ${column.name} has type ${column.type}, which no check knows`);
  }
}

function range({ min, max, unit }: Column): string {
  const bounds = [min === undefined ? '' : ` from ${min}`, max === undefined ? '' : ` up to ${max}`].join('');
  return unit === undefined ? bounds : `${bounds} (${unit})`;
}

/** `Date` accepts 30 February by rolling over into March; the round trip does not. */
function isTimestamp(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString() === value.replace('Z', '.000Z');
}

const refused = (message: string, refusals: Refusal[]): Refused => ({
  message,
  count: refusals.length,
  errors: refusals.slice(0, MAX_LISTED),
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, MAX_VALUE_CHARACTERS) ?? 'nothing';

const cut = (value: unknown): unknown => {
  const text = JSON.stringify(value);
  return text !== undefined && text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : value;
};
