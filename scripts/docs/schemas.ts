/** CloudFormation's own resource schemas, as cfn-lint carries them in the toolchain. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolchain } from '../rehearse/engine';

interface Schema {
  /** Properties whose change replaces the resource, dotted. */
  readonly replacing: readonly string[];
  /** Properties whose change replaces it depending on the value, dotted. */
  readonly mayReplace: readonly string[];
}

/** A schema as CloudFormation publishes it, as far as somebody reads it. */
export interface Source {
  properties: Record<string, { maxLength?: number; pattern?: string }>;
  primaryIdentifier?: string[];
  readOnlyProperties?: string[];
  createOnlyProperties?: string[];
  conditionalCreateOnlyProperties?: string[];
}

const dotted = (pointers: string[] = []) =>
  pointers.map((pointer) => pointer.replace('/properties/', '').replaceAll('/', '.')).sort();

let files: Record<string, string> | undefined;

/** The schema in us-east-1. Custom resources have none: their provider decides what a change means. */
export function schema(type: string): Schema {
  const source = publishedSchema(type);
  if (source === undefined) {
    if (type.startsWith('Custom::')) return { replacing: [], mayReplace: [] };
    throw new Error(`CloudFormation has no schema of ${type} in us-east-1`);
  }
  return {
    replacing: dotted(source.createOnlyProperties),
    mayReplace: dotted(source.conditionalCreateOnlyProperties),
  };
}

/** The schema in us-east-1; undefined where there is none. */
export function publishedSchema(type: string): Source | undefined {
  files ??= cfnLintData('schemas/providers/us-east-1.json') as Record<string, string>;
  const file = files[type];
  return file === undefined ? undefined : (cfnLintData(`schemas/resources/${file}.json`) as Source);
}

let folder: string | undefined;

/** A JSON file of what cfn-lint knows. */
export function cfnLintData(path: string): unknown {
  folder ??= dataFolder();
  return JSON.parse(readFileSync(join(folder, path), 'utf8'));
}

function dataFolder(): string {
  const lib = join(toolchain().python, '../../lib');
  const [python] = readdirSync(lib).filter((name) => name.startsWith('python3.'));
  if (python === undefined) throw new Error(`${lib} holds no Python: run npm run setup`);
  return join(lib, python, 'site-packages/cfnlint/data');
}
