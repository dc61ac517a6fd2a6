/** What a dataset file may say: its JSON Schema, docs/dataset-file.md, and the tables of columns in the README of each dataset. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { datasetFile, type Column, type Dataset, type RawColumn } from '../../lib/shared/dataset-file';
import { datasetNames, datasetOf, datasetPath } from '../../lib/shared/datasets';
import { code, pageOf, table } from './markdown';
import { type JsonSchema, values } from './json-schema';

export const jsonSchema = (): JsonSchema => z.toJSONSchema(datasetFile) as JsonSchema;

/** Objects of the file with the path that leads to them, the outermost first. */
function objects(schema: JsonSchema, path: string): { path: string; schema: JsonSchema }[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const named = value.additionalProperties;
    if (typeof named === 'object' && named.properties !== undefined) return objects(named, `${at}.<name>`);
    if (value.items?.properties !== undefined) return objects(value.items, `${at}[]`);
    return value.properties === undefined ? [] : objects(value, at);
  });
  return schema.properties === undefined ? inner : [{ path, schema }, ...inner];
}

export function datasetFilePage(): string {
  return pageOf([
    '# The dataset file',
    '',
    '<!-- `npm run docs` writes this page from lib/shared/dataset-file.ts. -->',
    '',
    '`datasets/<name>/dataset.json` says everything about a dataset that no program has to compute. It is checked at synth, by `npm run kit -- doctor`, and again when a job starts;',
    'a wrong one is refused with key, value and what is right. [your-own-data.md](your-own-data.md) is the walk from a table to a running kit,',
    '[tool-hire](../datasets/tool-hire/dataset.json) the example. Keys marked * must be there; what no row allows is refused. Beyond the types:',
    '',
    '- Exactly one raw table has the role `events` and names its `time`; every other one names its `key`. Time columns are timestamps.',
    '- Exactly one curated column is the `id` (a string) and one the `time` (a timestamp); every feature has a `kind`. Facets and segments are categorical; `ruleOfThumb` is numeric, and at most one column has it.',
    '- The labels begin with the id of the features. Where a question is a yes or no, exactly one label is the `target`: an int from 0 to 1.',
    '- A yes or no has `costs` and `floor.auc`. A class has `target`, `label`, `classes` and `positive`, a number `target`, `positiveFrom`, `loss` and `intervalLevel`; both have `floor.skill`, and their target is a label that holds numbers. [Tasks](models/tasks.md) says what each becomes.',
    '- Names are unique in their table. `score`, `predicted`, `event_id`, the names of labels and `month` or `day` (whichever the partitions are) are taken; so are, for raw columns, `partition`, `own`, `quarantine`, `set_aside` and what begins with `broke_`, and for reference tables `events`, `curated` and `features`.',
    '- `min` is not above `max`, and both belong to numbers. A pattern belongs to a string, runs from `^` to `$`, and means the same in Java, JavaScript and Python.',
    ...objects(jsonSchema(), '').flatMap(({ path, schema }) => [
      '',
      `## ${path === '' ? 'The file' : code(path)}`,
      ...table(
        ['key', 'values', 'what it says'],
        Object.entries(schema.properties ?? {}).map(([key, value]) => [
          `${code(key)}${schema.required?.includes(key) ? ' *' : ''}`,
          values(value),
          value.description ?? '',
        ]),
      ),
    ]),
  ]);
}

const START = '<!-- columns -->';
const END = '<!-- end of columns -->';

/** The README of every dataset that has one, with its columns written anew. */
export function datasetPages(): [path: string, text: string][] {
  return datasetNames()
    .filter((name) => existsSync(datasetPath(name, 'README.md')))
    .map((name) => {
      const [before, rest] = readFileSync(datasetPath(name, 'README.md'), 'utf8').split(START);
      const after = rest?.split(END)[1];
      if (after === undefined) throw new Error(`datasets/${name}/README.md has no lines ${START} and ${END}`);
      return [`datasets/${name}/README.md`, `${before}${START}\n${columnTables(datasetOf(name))}\n${END}${after}`];
    });
}

function columnTables({ raw, features, labels }: Dataset): string {
  const sections: [string, readonly (RawColumn | Column)[]][] = [
    ...Object.entries(raw).map(
      ([name, { meaning, columns }]) => [`Raw table ${code(name)}: ${meaning}`, columns] as [string, RawColumn[]],
    ),
    ['Curated features', features.columns],
    ['Labels', labels.columns as Column[]],
  ];
  return pageOf(
    sections.flatMap(([title, columns]) => [
      '',
      `### ${title}`,
      ...table(['column', 'type', 'values', 'when broken or missing', 'meaning'], columns.map(cells)),
      '',
    ]),
  );
}

function cells(column: RawColumn | Column): string[] {
  const { name, type, unit = '', min, max, pattern, meaning } = column;
  const limits = [min, max].filter((limit) => limit !== undefined).join(' to ');
  const broken =
    'nullable' in column
      ? 'may be empty'
      : { quarantine: 'row quarantined', null: 'value emptied', none: '' }[
          ('rule' in column ? column.rule : undefined) ?? 'none'
        ];
  const role = 'monitor' in column && column.monitor === 'retrain' ? ' *(monitored: may start a retraining)*' : '';
  return [code(name), type, pattern === undefined ? `${limits} ${unit}`.trim() : code(pattern), broken, meaning + role];
}
