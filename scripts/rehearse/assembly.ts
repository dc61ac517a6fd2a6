/** The synthesized app of a rehearsal, cached by the hash of its sources. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { ROOT, synth } from '../shared/cdk';

/** Inputs of templates and assets; the lock file represents installed packages. */
const INPUTS = ['bin', 'lib', 'lambda', 'jobs', 'datasets', 'schema', 'cdk.json', 'tsconfig.json', 'package-lock.json'];
const CACHE = join(ROOT, '.rehearsal/assemblies');
/** Two states of the sources for two profiles; an assembly has about 10 MB. */
const KEPT = 4;

/** A profile and its overrides. */
export interface Shape {
  readonly profile: string;
  readonly config: Record<string, unknown>;
}

/**
 * Puts the synthesized app of a configuration into `folder`.
 * @returns whether it had to be synthesized
 */
export async function assemble(folder: string, { profile, config }: Shape, cache = CACHE): Promise<boolean> {
  const known = join(cache, inputHash({ profile, config }));
  const isNew = !existsSync(known);
  if (isNew) {
    mkdirSync(cache, { recursive: true });
    mkdirSync(folder, { recursive: true });
    // Source maps name sources from where the app is synthesized: a folder beside cdk.out gives the assets of `npx cdk deploy`, and `npx cdk diff` finds no others.
    const made = mkdtempSync(join(ROOT, 'cdk.out.'));
    try {
      await synth(made, { profile, config }, { validate: false, log: join(folder, 'synth.log') });
      // The rename is atomic, because another rehearsal may look for the folder meanwhile.
      if (!existsSync(known)) renameSync(made, known);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
  cpSync(known, folder, { recursive: true });
  const now = new Date();
  utimesSync(known, now, now);
  for (const old of newestFirst(cache).slice(KEPT)) rmSync(old, { recursive: true, force: true });
  return isNew;
}

/** Hash of names and contents of every input, the configuration, and the Node version. */
export function inputHash({ profile, config }: Shape, root = ROOT, inputs: readonly string[] = INPUTS): string {
  const hash = createHash('sha256').update(`${profile}\0${JSON.stringify(config)}\0${process.version}\0`);
  for (const path of inputs.flatMap((input) => filesOf(root, input)))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

function filesOf(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .filter((name) => name !== '__pycache__')
    .sort()
    .flatMap((name) => filesOf(root, join(path, name)));
}

const newestFirst = (cache: string): string[] =>
  readdirSync(cache)
    .map((name) => join(cache, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
