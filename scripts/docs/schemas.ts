/** CloudFormation's own resource schemas, as cfn-lint carries them in the toolchain. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolchain } from '../rehearse/engine';

export interface Schema {
  /** Properties that CloudFormation refuses to do without. */
  readonly required: readonly string[];
  /** Properties whose change replaces the resource, dotted. */
  readonly replacing: readonly string[];
  /** Properties whose change replaces it depending on the value, dotted. */
  readonly mayReplace: readonly string[];
}

interface Source {
  required?: string[];
  createOnlyProperties?: string[];
  conditionalCreateOnlyProperties?: string[];
}

const dotted = (pointers: string[] = []) =>
  pointers.map((pointer) => pointer.replace('/properties/', '').replaceAll('/', '.')).sort();

let folder: string | undefined;
let files: Record<string, string> | undefined;

/** Of us-east-1. Custom resources have none: nothing is required of them and their provider decides what a change means. */
export function schema(type: string): Schema {
  folder ??= schemas();
  files ??= JSON.parse(readFileSync(join(folder, 'providers/us-east-1.json'), 'utf8')) as Record<string, string>;
  const file = files[type];
  if (file === undefined) {
    if (type.startsWith('Custom::')) return { required: [], replacing: [], mayReplace: [] };
    throw new Error(`CloudFormation has no schema of ${type} in us-east-1`);
  }
  const source = JSON.parse(readFileSync(join(folder, 'resources', `${file}.json`), 'utf8')) as Source;
  return {
    required: source.required ?? [],
    replacing: dotted(source.createOnlyProperties),
    mayReplace: dotted(source.conditionalCreateOnlyProperties),
  };
}

function schemas(): string {
  const lib = join(toolchain().python, '../../lib');
  const [python] = readdirSync(lib).filter((name) => name.startsWith('python3.'));
  if (python === undefined) throw new Error(`${lib} holds no Python: run npm run setup`);
  return join(lib, python, 'site-packages/cfnlint/data/schemas');
}
