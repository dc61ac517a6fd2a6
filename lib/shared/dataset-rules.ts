/** Rules between the keys of a dataset file; jobs/common/declared.py has the same rules, and schema/dataset.cases.json tests both. */
import { labelsOf } from './dataset';
import type { Dataset, Problem } from './dataset-file';
import { isDay } from './days';

/** Names that have a meaning of their own in answers, captured records and reports. */
const RESERVED = ['score', 'predicted', 'event_id'];

/** Names of columns and tables that the Glue job's own queries use. */
const OF_THE_JOB = /^(partition|own|quarantine|set_aside|broke_.*)$/;
const VIEWS_OF_THE_JOB = ['events', 'curated', 'features'];

/** Constructs that a pattern may not contain, because one of three languages lacks or changes them. */
const NOT_PORTABLE = /\(\?(?!:)|\\(?![dDwWsSbBtnrf]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})[a-zA-Z]|[*+?}]\+|\[\[:|&&/;

export interface Fault {
  /** Dotted path, with names of columns in place of their indices. */
  readonly at: string;
  /** The fault with the value, and what is right. */
  readonly why: string;
}

interface Limits {
  name: string;
  type: string;
  min?: number;
  max?: number;
  pattern?: string;
}

export function* brokenRules(dataset: Dataset): Generator<Fault> {
  const { since, raw, features, labels, partition } = dataset;
  if (!isDay(since) || !/^(19|20|21)/.test(since))
    yield { at: 'since', why: `"${since}" is no day of the years 1900 to 2199, which partitions have` };
  yield* rawFaults(raw);
  yield* featureFaults(dataset);

  const [ids, targets] = [labels.columns.filter((c) => c.role === 'id'), labels.columns.filter((c) => c.target)];
  const id = features.columns.find(({ role }) => role === 'id')?.name;
  if (ids.length !== 1 || ids[0]!.name !== id)
    yield { at: 'labels.columns', why: `one column must have the role id and the name ${id}, that of the features` };
  if (labels.columns[0]?.role !== 'id')
    yield { at: 'labels.columns', why: 'the id comes first, then the values of a ground-truth line in their order' };
  const problems = [
    ['problem', dataset.problem] as const,
    ...Object.entries(dataset.tasks ?? {}).map(([name, problem]) => [`tasks.${name}`, problem] as const),
  ];
  if (targets.length !== 1 && problems.some(([, { task = 'binary' }]) => task === 'binary'))
    yield { at: 'labels.columns', why: `exactly one label must be the target; ${targets.length} are` };
  for (const [at, problem] of problems) yield* problemFaults(at, problem, dataset);
  for (const { name, type, min, max } of targets)
    if (type !== 'int' || min !== 0 || max !== 1)
      yield { at: `labels.${name}`, why: 'the target must be an int with min 0 and max 1: models answer yes or no' };
  for (const { name, role, type } of labels.columns)
    if (role === 'label' && type === 'string')
      yield { at: `labels.${name}.type`, why: 'a label is an int or a double: a ground-truth line holds numbers' };
  yield* columnFaults('labels', labels.columns);

  const taken = new Map<string, string>([
    ...RESERVED.map((name) => [name, 'answers and reports use it'] as const),
    ...labelsOf(dataset).map(({ name }) => [name, 'a label has it'] as const),
    [partition, 'the partitions of the lake use it'],
  ]);
  for (const { name } of features.columns)
    if (taken.has(name))
      yield { at: `features.${name}.name`, why: `"${name}" is taken: ${taken.get(name)}; rename it` };
}

/** Keys that are allowed for one task only. */
const KEYS_OF_TASK = {
  binary: ['costs'],
  multiclass: ['target', 'label', 'classes', 'positive'],
  regression: ['target', 'positiveFrom', 'loss', 'intervalLevel'],
} as const;

function* problemFaults(at: string, problem: Problem, { labels, features }: Dataset): Generator<Fault> {
  const { task = 'binary', target, label, classes = [], positive = [], floor } = problem;
  const wanted: readonly string[] = KEYS_OF_TASK[task];
  for (const key of [...new Set(Object.values(KEYS_OF_TASK).flat())])
    if (wanted.includes(key) !== (problem[key] !== undefined))
      yield {
        at: `${at}.${key}`,
        why: wanted.includes(key) ? `is missing: a ${task} task has it` : `a ${task} task has no such key`,
      };
  const least = task === 'binary' ? 'auc' : 'skill';
  if (floor[least] === undefined || Object.keys(floor).length !== 2)
    yield { at: `${at}.floor`, why: `a ${task} task has ${least} and meaning here` };
  const number = labels.columns.find(
    ({ name, role, type }) => name === target && role === 'label' && type !== 'string',
  );
  if (target !== undefined && number === undefined)
    yield { at: `${at}.target`, why: `"${target}" is no label that holds numbers` };
  if (label !== undefined && [...labels.columns, ...features.columns].some(({ name }) => name === label))
    yield { at: `${at}.label`, why: `"${label}" is taken: a column has it; rename it` };
  const cuts = classes.map(({ below }) => below);
  if (
    classes.length > 0 &&
    (cuts.at(-1) !== undefined ||
      cuts.slice(0, -1).some((cut, place) => cut === undefined || (place > 0 && !(cut > cuts[place - 1]!))))
  )
    yield { at: `${at}.classes`, why: 'each class but the last must have a larger `below` than that before' };
  const names = classes.map(({ name }) => name);
  if (new Set(names).size < names.length) yield { at: `${at}.classes`, why: 'two classes have one name' };
  for (const name of positive) if (!names.includes(name)) yield { at: `${at}.positive`, why: `"${name}" is no class` };
}

function* rawFaults(raw: Dataset['raw']): Generator<Fault> {
  const events = Object.entries(raw).filter(([, { role }]) => role === 'events');
  if (events.length !== 1)
    yield { at: 'raw', why: `exactly one table must have the role events; ${events.length} have it` };
  for (const [table, { role, key, time, lookBackDays, columns }] of Object.entries(raw)) {
    const at = `raw.${table}`;
    const byName = new Map(columns.map((column) => [column.name, column]));
    if (role === 'reference' && VIEWS_OF_THE_JOB.includes(table))
      yield { at, why: `"${table}" is taken: the Glue job has a view of this name; rename the table` };
    for (const { name } of columns)
      if (OF_THE_JOB.test(name))
        yield { at: `${at}.${name}.name`, why: `"${name}" is taken: the Glue job's queries use it; rename it` };
    if (role === 'events' && time === undefined)
      yield { at, why: 'the events table must name its time column: it says to which partition a row belongs' };
    if (role === 'reference' && key === undefined)
      yield { at, why: 'a reference table must name its key: the columns that identify a row' };
    for (const name of key ?? [])
      if (!byName.has(name)) yield { at: `${at}.key`, why: `"${name}" is no column of the table` };
    if (time !== undefined && byName.get(time)?.type !== 'timestamp')
      yield { at: `${at}.time`, why: `"${time}" is no column of type timestamp of the table` };
    if (lookBackDays !== undefined && time === undefined)
      yield { at: `${at}.lookBackDays`, why: 'a table without a time column has no days to look back' };
    yield* columnFaults(at, columns);
  }
}

function* featureFaults({ features }: Dataset): Generator<Fault> {
  const columns = features.columns;
  for (const [role, type] of [
    ['id', 'string'],
    ['time', 'timestamp'],
  ] as const) {
    const those = columns.filter((column) => column.role === role);
    if (those.length !== 1)
      yield { at: 'features.columns', why: `exactly one column must have the role ${role}; ${those.length} have it` };
    for (const column of those)
      if (column.type !== type) yield { at: `features.${column.name}.type`, why: `the ${role} must be a ${type}` };
  }
  for (const { name, type, role, kind, facet, segment, ruleOfThumb } of columns) {
    const at = `features.${name}`;
    if (role === 'feature' && kind === undefined)
      yield { at, why: 'a feature must have the kind categorical or numeric' };
    if (kind === 'numeric' && type !== 'int' && type !== 'double')
      yield { at: `${at}.kind`, why: `a ${type} cannot be numeric` };
    if (kind === 'categorical' && type !== 'string' && type !== 'int')
      yield { at: `${at}.kind`, why: `a ${type} cannot be categorical` };
    if ((facet === true || segment === true) && kind !== 'categorical')
      yield { at, why: 'facets and segments are values of a categorical feature' };
    if (ruleOfThumb !== undefined && kind !== 'numeric')
      yield { at: `${at}.ruleOfThumb`, why: 'the simple rule orders rows by a numeric feature' };
  }
  const rules = columns.filter(({ ruleOfThumb }) => ruleOfThumb !== undefined);
  if (rules.length > 1)
    yield { at: 'features.columns', why: `at most one feature is the simple rule; ${rules.length} are` };
  yield* columnFaults('features', columns);
}

/** Faults in columns of any table. */
function* columnFaults(at: string, columns: readonly Limits[]): Generator<Fault> {
  const seen = new Set<string>();
  for (const { name, type, min, max, pattern } of columns) {
    if (seen.has(name)) yield { at: `${at}.${name}`, why: 'two columns have this name' };
    seen.add(name);
    if (min !== undefined && max !== undefined && min > max)
      yield { at: `${at}.${name}`, why: `min ${min} is above max ${max}` };
    if ((min !== undefined || max !== undefined) && type !== 'int' && type !== 'double')
      yield { at: `${at}.${name}`, why: `a ${type} has neither min nor max` };
    if (pattern === undefined) continue;
    if (type !== 'string') yield { at: `${at}.${name}.pattern`, why: `a ${type} has no pattern` };
    if (!/^\^.*\$$/s.test(pattern) || NOT_PORTABLE.test(pattern) || !compiles(pattern))
      yield {
        at: `${at}.${name}.pattern`,
        why: `"${pattern}" must run from ^ to $ and mean the same in Java, JavaScript and Python: no inline flags, look-around, named groups or possessive quantifiers`,
      };
    if (explodes(pattern))
      yield {
        at: `${at}.${name}.pattern`,
        why: `"${pattern}" repeats a group that is a repetition itself: some texts of 30 characters would take hours; write (a+)+ as a+`,
      };
  }
}

/** True when a repeated group, whose parts are all optional or repeated, can match a text in many ways: one value could block `predict`. */
function explodes(pattern: string): boolean {
  let text = pattern
    .replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, 'x')
    .replaceAll('(?:', '(')
    .replace(/\{\d+,\}/g, '+')
    .replace(/\{\d+(,\d+)?\}/g, '')
    .replace(/[^()|*+?]/gs, 'x');
  for (let group; (group = /\(([^()]*)\)(.?)/.exec(text)) !== null;) {
    const [whole, content = '', next = ''] = group;
    const repeats = content.split('|').some((each) => /^(?:x[*+?]\??)+$/.test(each) && /[*+]/.test(each));
    if (repeats && /[*+]/.test(next)) return true;
    text = text.replace(whole, (repeats ? 'x+' : 'x') + next);
  }
  return false;
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
