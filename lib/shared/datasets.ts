/** The one reader of dataset files for commands and synthesis. */
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { type Dataset, datasetFile } from './dataset-file';
import { brokenRules, type Fault } from './dataset-rules';
import { parseJson } from './json-text';
import { Refused } from './refused';

const FOLDER = join(__dirname, '../../datasets');

/** The target of the link `datasets/default`. */
export const defaultDataset = basename(realpathSync(join(FOLDER, 'default')));

export const datasetNames = (): string[] =>
  readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** Name of the folder of a dataset or of one of its tasks. */
export const folderOf = (name: string): string => name.split('/')[0]!;

/** A file of a dataset's folder. */
export const datasetPath = (name: string, file: string): string => join(FOLDER, folderOf(name), file);

/** The dataset file for programs and handlers: that of the folder, or for a task a copy with its question alone. */
export function declaredFile(name: string): string {
  if (!name.includes('/')) return datasetPath(name, 'dataset.json');
  const file = join(__dirname, '../../node_modules/.cache/mlkit', name, 'dataset.json');
  const content = `${JSON.stringify(datasetOf(name), undefined, 2)}\n`;
  // Another synthesis may be reading the file.
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return file;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const read = new Map<string, Dataset>();

/**
 * A dataset, or one of its tasks: `<dataset>/<task>` has that question in place of `problem`.
 * @throws Refused naming every key of the file that is wrong, or the datasets or tasks that there are
 */
export function datasetOf(name: string): Dataset {
  const known = read.get(name);
  if (known !== undefined) return known;
  const [folder, task] = name.split('/') as [string, string?];
  if (task !== undefined) {
    const { tasks = {}, ...whole } = datasetOf(folder);
    const problem = tasks[task];
    if (problem === undefined)
      throw new Refused(
        `task ${JSON.stringify(task)} of dataset ${folder} is not one of ${Object.keys(tasks).join(', ') || 'none'}: datasets/${folder}/dataset.json declares tasks`,
      );
    const chosen = { ...whole, name, problem };
    read.set(name, chosen);
    return chosen;
  }
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

/** @throws Refused with one line per fault: `file`, key, value, and what is right */
export function checkedDataset(content: unknown, file: string): Dataset {
  const { success, data, error } = datasetFile.safeParse(content, { reportInput: true });
  const faults: Fault[] = success ? [...brokenRules(data)] : error.issues.map((issue) => faultOf(issue, content));
  if (faults.length > 0 || data === undefined)
    throw new Refused(
      `${file} is refused:\n${faults.map(({ at, why }) => `  ${at}: ${why}`).join('\n')}\ndocs/dataset-file.md has every key`,
    );
  return data;
}

/** An issue of zod with names of columns in place of their indices. */
function faultOf({ code, path, message, input }: z.core.$ZodIssue, content: unknown): Fault {
  let value = content;
  const at: string[] = [];
  for (const [place, step] of path.entries()) {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
    // A column is found by its name; the step before it in the path is its table.
    if (step === 'columns' && place < path.length - 1) continue;
    const name = typeof step === 'number' ? (value as { name?: unknown } | undefined)?.name : undefined;
    at.push(typeof name === 'string' ? name : String(step));
  }
  const where = at.join('.') || 'the file';
  if (input === undefined && code.startsWith('invalid_')) return { at: where, why: 'is missing' };
  const got = typeof input === 'object' ? '' : `; it is ${JSON.stringify(input)}`;
  return { at: where, why: `${message}${got}` };
}
