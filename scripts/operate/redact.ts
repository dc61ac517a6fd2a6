/** What a transcript may show: texts without anything that names an account, and of all other values only their kind. */

/** In this order: what comes first may hold what comes later. No pattern begins at a word, so that none is missed inside of one. */
const SECRETS: readonly [shown: string, pattern: RegExp][] = [
  ['<url>', /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi],
  ['<arn>', /arn:[^\s"'<>,;)\]}]+/gi],
  ['<address>', /[\w.+-]+@[\w.-]+/g],
  ['<host>', /(?:[a-z0-9_-]+\.)+(?:amazonaws\.com|(?:api|on)\.aws)(?:\.cn)?(?::\d+)?(?:\/[^\s"'<>,;)\]}]*)?/gi],
  ['<host>', /(?:[a-z0-9_-]+\.)+(?:com|net|org|io|dev|cloud|local|internal)(?![a-z0-9])(?::\d+)?/gi],
  ['<host>', /\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?/g],
  ['<host>', /localhost(?::\d+)?/gi],
  // What IAM's identifiers begin with.
  ['<key>', /A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA)[A-Z0-9]{12,}/g],
  ['<bucket>', /cdk-[a-z0-9]+-assets-[a-z0-9-]+/g],
  // A logical id with its hash, and what CloudFormation drew: buckets, roles, functions.
  ['<name>', /[a-z0-9-]*[0-9a-f]{8}-[a-z0-9]{12,}/gi],
  ['<secret>', /[a-z0-9/+_-]{40,}={0,2}/gi],
  ['<number>', /\d{4}-?\d{4}-?\d{4,}/g],
];

/** @param names what else must not be seen, such as buckets */
export function redact(text: string, names: Iterable<string> = []): string {
  // Not the shortest: a word of the sentence may be one.
  const known = [...names].filter((name) => name.length > 3).sort((a, b) => b.length - a.length);
  const nameless = known.reduce((shown, name) => shown.replaceAll(name, '<name>'), text);
  return SECRETS.reduce((shown, [what, pattern]) => shown.replace(pattern, what), nameless);
}

/** What each member tells, or the kind of its value, under the way to it: `Stacks[].StackStatus`. */
export type Shape = Readonly<Record<string, string>>;

/** Members of an answer that tell what became of the request; the answer itself, where it is a sentence. */
const TOLD = /(^|status|state|statevalue|reason|error|cause|message|outcome|^code|failurecode|errorcode)$/i;
/** Members in which one service hands over what another said. */
const NESTED = /^(input|output|cause|parameters)$/;
/** Between what several answers told. */
const OR = ' or ';

/**
 * @param show how a telling text is shown; nothing is told of a request
 * @param member what the value is called. @default the last part of the way to it
 */
export function shape(value: unknown, show?: (text: string) => string, at = '', member = nameOf(at)): Shape {
  const document = typeof value === 'string' && NESTED.test(member) ? parsed(value) : value;
  if (Array.isArray(document)) return document.map((each) => shape(each, show, `${at}[]`, member)).reduce(merged, {});
  if (isMap(document))
    return (
      Object.entries(document)
        // The members of a map may be data: names of hyperparameters are wanted, an ARN is not.
        .map(([key, each]) => shape(each, show, [at, redact(key)].filter(Boolean).join('.'), key))
        .reduce(merged, {})
    );
  const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { [at]: isText && show !== undefined && TOLD.test(member) ? show(String(value)) : kindOf(value) };
}

/** Several answers as one: every member that one of them has, with everything that they tell. */
export function merged(one: Shape, other: Shape): Shape {
  const all: Record<string, string> = { ...one };
  for (const [at, told] of Object.entries(other))
    all[at] = [...new Set([...(all[at]?.split(OR) ?? []), ...told.split(OR)])].join(OR);
  return all;
}

const nameOf = (at: string): string => at.split('.').at(-1)!;

const isMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

const kindOf = (value: unknown): string =>
  value instanceof Date
    ? 'date'
    : typeof value === 'object' && value !== null
      ? 'bytes'
      : value === null
        ? 'null'
        : typeof value;

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : text;
  } catch {
    return text;
  }
}
