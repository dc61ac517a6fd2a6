/** Content of a transcript: texts without account-specific names, and only the types of all other values. */
import { jsonOrText } from '../shared/json-file';

/** The order matters: earlier patterns may contain later ones. Word boundaries are not used, because names occur inside of words. */
const SECRETS: readonly [shown: string, pattern: RegExp][] = [
  ['<url>', /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi],
  ['<arn>', /arn:[^\s"'<>,;)\]}]+/gi],
  ['<address>', /[\w.+-]+@[\w.-]+/g],
  ['<host>', /(?:[a-z0-9_-]+\.)+(?:amazonaws\.com|(?:api|on)\.aws)(?:\.cn)?(?::\d+)?(?:\/[^\s"'<>,;)\]}]*)?/gi],
  ['<host>', /(?:[a-z0-9_-]+\.)+(?:com|net|org|io|dev|cloud|local|internal)(?![a-z0-9])(?::\d+)?/gi],
  ['<host>', /\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?/g],
  ['<host>', /localhost(?::\d+)?/gi],
  // Prefixes of IAM's identifiers.
  ['<key>', /A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA)[A-Z0-9]{12,}/g],
  ['<bucket>', /cdk-[a-z0-9]+-assets-[a-z0-9-]+/g],
  // A logical id with its hash and CloudFormation's suffix: buckets, roles, functions.
  ['<name>', /[a-z0-9-]*[0-9a-f]{8}-[a-z0-9]{12,}/gi],
  ['<secret>', /[a-z0-9/+_-]{40,}={0,2}/gi],
  ['<number>', /\d{4}-?\d{4}-?\d{4,}/g],
];

/** @param names other names to hide, such as buckets */
export function redact(text: string, names: Iterable<string> = []): string {
  // Short names are skipped, because they may be words of the sentence.
  const known = [...names].filter((name) => name.length > 3).sort((a, b) => b.length - a.length);
  const nameless = known.reduce((shown, name) => shown.replaceAll(name, '<name>'), text);
  return SECRETS.reduce((shown, [what, pattern]) => shown.replace(pattern, what), nameless);
}

/** The text of each member, or the type of its value, by its path: `Stacks[].StackStatus`. */
export type Shape = Readonly<Record<string, string>>;

/** Members of an answer that describe the result of the request. */
const TOLD = /(^|status|state|statevalue|reason|error|cause|message|outcome|^code|failurecode|errorcode)$/i;
/** Members in which one service forwards the answer of another. */
const NESTED = /^(input|output|cause|parameters)$/;
/** Separator between the texts of several answers. */
const OR = ' or ';

/**
 * @param show converts a text for display; request texts are never shown
 * @param member name of the value. @default the last part of its path
 */
export function shape(value: unknown, show?: (text: string) => string, at = '', member = nameOf(at)): Shape {
  const document = typeof value === 'string' && NESTED.test(member) ? parsed(value) : value;
  if (Array.isArray(document)) return document.map((each) => shape(each, show, `${at}[]`, member)).reduce(merged, {});
  if (isMap(document))
    return (
      Object.entries(document)
        // The keys of a map may be data: names of hyperparameters are shown, an ARN is not.
        .map(([key, each]) => shape(each, show, [at, redact(key)].filter(Boolean).join('.'), key))
        .reduce(merged, {})
    );
  const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { [at]: isText && show !== undefined && TOLD.test(member) ? show(String(value)) : kindOf(value) };
}

/** Merges two answers: every member of either, with all of its texts. */
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
  const value = jsonOrText(text);
  return typeof value === 'object' ? value : text;
}
