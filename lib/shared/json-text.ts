/** Parses JSON written by a person, and locates faults. */
import { Refused } from './refused';

/**
 * @param from origin of the text for the message: an option, or a path
 * @throws Refused naming line and column
 */
export function parseJson(text: string, from: string): unknown {
  // Windows editors write an invisible byte order mark, which JSON.parse refuses.
  const json = text.replace(/^\uFEFF/, '');
  if (json.trim() === '') throw new Refused(`${from} is empty: it must hold JSON`);
  try {
    return JSON.parse(json);
  } catch (error) {
    const before = json.slice(0, faultIn(json)).split('\n');
    const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
    throw new Refused(`${from} is not JSON: ${place}: ${reason(error)}`, { cause: error });
  }
}

/** V8 repeats the text around an unexpected token; the place replaces it. */
const reason = (error: unknown): string =>
  (error as Error).message.replace(/, (\.\.\.)?".*is not valid JSON$/s, '').replace(/ at position \d+.*$/, '');

/** The fault's position, which some messages of V8 lack: a prefix that ends before the fault is merely unfinished. */
function faultIn(json: string): number {
  const message = (end: number): string => {
    try {
      JSON.parse(json.slice(0, end));
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const told = / at position (\d+)/.exec(message(json.length));
  if (told !== null) return Number(told[1]);
  let [whole, faulty] = [0, json.length];
  while (faulty - whole > 1) {
    const middle = (whole + faulty) >> 1;
    if (message(middle).startsWith('Unexpected token')) faulty = middle;
    else whole = middle;
  }
  return message(json.length).startsWith('Unexpected token') ? whole : json.length;
}
