/** What a lab expects of a command beside what the command printed. */
import { stripVTControlCharacters } from 'node:util';

/** A line of `expected` that nothing met, beside the line that stands where it should. */
interface Mismatch {
  readonly expected: string;
  readonly found: string;
}

const PLACEHOLDER = /\{(?:([a-z][\w ]*): )?(\*|int|number|(-?[\d.]+)\.\.(-?[\d.]+))\}/g;
const NUMBER = '([-+]?[\\d,]*\\.?\\d+(?:e[+-]?\\d+)?)';
const END = 'nothing more';
const NONE = 'no line like it';

/**
 * Compares line by line; empty lines do not count.
 * @param expected lines with placeholders: `{int}`, `{number}`, `{0.70..0.74}`, `{*}`, each with a name before a colon if need be; `…` is any
 *   number of lines
 * @returns the first line that does not fit, after the longest beginning that does; undefined when all fit
 */
export function mismatch(expected: readonly string[], printed: string): Mismatch | undefined {
  const found = linesOf(printed);
  const wanted = expected.filter((line) => line.trim() !== '').map(lineMatcher);
  let furthest = { reached: -1, alike: 0, expected: '', found: '' };
  // The places at which the rest of what was printed may begin, after the expected lines so far.
  let places = new Set([0]);
  for (const [index, { text, fits }] of wanted.entries()) {
    const next = new Set<number>();
    for (const place of places) {
      if (text === '…') {
        for (let later = place; later <= found.length; later += 1) next.add(later);
        continue;
      }
      const why = found[place] === undefined ? END : fits(found[place]);
      if (why === undefined) next.add(place + 1);
      else {
        const alike = likeness(text, found[place] ?? '');
        // After `…` every line was tried. The most similar one is shown, if it has most of the words.
        const seen = places.size > 1 && alike < 0.5 ? NONE : shown(found[place], why);
        if (furthest.reached < index || (furthest.reached === index && alike > furthest.alike))
          furthest = { reached: index, alike, expected: text, found: seen };
      }
    }
    if (next.size === 0) return { expected: furthest.expected, found: furthest.found };
    places = next;
  }
  if (places.has(found.length)) return undefined;
  return { expected: END, found: found[Math.max(...places)]! };
}

/** Share of an expected line's words that another has, too. */
function likeness(expected: string, line: string): number {
  const wordsOf = (text: string) => new Set(text.replaceAll(PLACEHOLDER, '').match(/\w+/g));
  const [words, others] = [wordsOf(expected), wordsOf(line)];
  return [...words].filter((word) => others.has(word)).length / Math.max(words.size, 1);
}

const shown = (line: string | undefined, why: string) =>
  line === undefined ? END : why === '' ? line : `${line} (${why})`;

/** The lines without colours, and with the last state of each progress line alone. */
const linesOf = (printed: string) =>
  stripVTControlCharacters(printed)
    .split('\n')
    .map((line) => line.replace(/^.*\r(?!$)/, '').trim())
    .filter((line) => line.trim() !== '');

function lineMatcher(raw: string) {
  const text = raw.trim();
  const ranges: { name: string; least: number; most: number }[] = [];
  let pattern = '';
  let end = 0;
  for (const { 0: all, 1: name, 2: kind, 3: least, 4: most, index } of text.matchAll(PLACEHOLDER)) {
    pattern += literal(text.slice(end, index));
    end = index + all.length;
    if (kind === '*') pattern += '.*?';
    else if (kind === 'int') pattern += '[-+]?\\d[\\d,]*';
    else if (kind === 'number') pattern += NUMBER.replace('(', '(?:');
    else {
      pattern += NUMBER;
      ranges.push({ name: name ?? 'the value', least: Number(least), most: Number(most) });
    }
  }
  const whole = new RegExp(`^${pattern}${literal(text.slice(end))}$`);
  return {
    text,
    /** Undefined where the line fits, else what is wrong with a value, or nothing where the text differs. */
    fits(line: string): string | undefined {
      const match = whole.exec(line);
      if (match === null) return '';
      for (const [place, { name, least, most }] of ranges.entries()) {
        const value = Number(match[place + 1]!.replaceAll(',', ''));
        if (value < least || value > most) return `${name} is ${value}, not within ${least} to ${most}`;
      }
      return undefined;
    },
  };
}

/** Columns of a table shift with their longest value: any run of blanks is as good as another. */
const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/ +/g, ' +');
