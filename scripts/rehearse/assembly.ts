/** The synthesized app of a rehearsal: made once for the same sources, and copied for every run after it. */
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

/** All that the templates and assets are made of; what is installed is named by the lock file. */
const INPUTS = ['bin', 'lib', 'lambda', 'jobs', 'datasets', 'schema', 'cdk.json', 'tsconfig.json', 'package-lock.json'];
const CACHE = join(ROOT, '.rehearsal/assemblies');
/** Two states of the sources in each of two profiles; an assembly has about 10 MB. */
const KEPT = 4;

/** A profile, and what is laid over it. */
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
      // A rename puts it there whole: another rehearsal may look for it meanwhile.
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

/** Hash of the names and contents of every input, the configuration, and the Node that bundles. */
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
