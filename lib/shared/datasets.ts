/** The one reader of dataset files for commands and synthesis. */
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { type Dataset, datasetFile } from './dataset-file';
import { brokenRules, type Fault } from './dataset-rules';
import { parseJson } from './json-text';
import { Refused } from './refused';

const FOLDER = join(__dirname, '../../datasets');

/** The dataset that `datasets/default` is a link to. */
export const defaultDataset = basename(realpathSync(join(FOLDER, 'default')));

export const datasetNames = (): string[] =>
  readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** A file of a dataset's folder. */
export const datasetPath = (name: string, file: string): string => join(FOLDER, name, file);

const read = new Map<string, Dataset>();

/** @throws Refused naming every key of the file that is wrong, or the datasets that there are */
export function datasetOf(name: string): Dataset {
  const known = read.get(name);
  if (known !== undefined) return known;
  const path = datasetPath(name, 'dataset.json');
  if (!existsSync(path))
    throw new Refused(
      `dataset ${JSON.stringify(name)} is not one of ${datasetNames().join(', ')}: ${path} does not exist`,
    );
  const file = `datasets/${name}/dataset.json`;
  const dataset = checkedDataset(parseJson(readFileSync(path, 'utf8'), file), file);
  if (dataset.name !== name)
    throw new Refused(`${file}: name is ${JSON.stringify(dataset.name)}, but the folder is ${name}`);
  read.set(name, dataset);
  return dataset;
}

/** @throws Refused with one line for each fault, which names `file`, key, value and what is right */
export function checkedDataset(content: unknown, file: string): Dataset {
  const { success, data, error } = datasetFile.safeParse(content, { reportInput: true });
  const faults: Fault[] = success ? [...brokenRules(data)] : error.issues.map((issue) => faultOf(issue, content));
  if (faults.length > 0 || data === undefined)
    throw new Refused(
      `${file} is refused:\n${faults.map(({ at, why }) => `  ${at}: ${why}`).join('\n')}\ndocs/dataset-file.md has every key`,
    );
  return data;
}

/** An issue of zod with names of columns in place of their numbers. */
function faultOf({ code, path, message, input }: z.core.$ZodIssue, content: unknown): Fault {
  let value = content;
  const at: string[] = [];
  for (const [place, step] of path.entries()) {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
    // A column is found by its name: its table is the step before.
    if (step === 'columns' && place < path.length - 1) continue;
    const name = typeof step === 'number' ? (value as { name?: unknown } | undefined)?.name : undefined;
    at.push(typeof name === 'string' ? name : String(step));
  }
  const where = at.join('.') || 'the file';
  if (input === undefined && code.startsWith('invalid_')) return { at: where, why: 'is missing' };
  const got = typeof input === 'object' ? '' : `; it is ${JSON.stringify(input)}`;
  return { at: where, why: `${message}${got}` };
}
