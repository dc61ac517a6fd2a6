import { readFileSync } from 'node:fs';
import { parseJson } from '../../lib/shared/json-text';
import { Refused } from '../../lib/shared/refused';

/** @param file path, or - for standard input. @throws Refused naming the file, and the place in it */
export function readJson(file: string): unknown {
  const from = file === '-' ? 'standard input' : file;
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Refused(`${from} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return parseJson(text, from);
}

/** The value of a JSON text, or the text where it is none. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The values of a file with one JSON text in each line. */
export const readJsonLines = <Value>(file: string): Value[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Value);
