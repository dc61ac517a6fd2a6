/** JSON that a person wrote, and where it is wrong. */
import { Refused } from './refused';

/**
 * @param from what the text is, as the message names it: an option, or a path
 * @throws Refused naming line and column
 */
export function parseJson(text: string, from: string): unknown {
  // Editors of Windows write a byte order mark, which nobody sees and JSON.parse refuses.
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

/** V8 repeats the text around an unexpected token, which the place names better. */
const reason = (error: unknown): string =>
  (error as Error).message.replace(/, (\.\.\.)?".*is not valid JSON$/s, '').replace(/ at position \d+.*$/, '');

/** The fault's position, which V8 leaves out of some messages: a beginning that ends before the fault is only unfinished. */
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
