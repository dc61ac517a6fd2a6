/** A proof that is too large for the tests: run by hand, stored as `docs/proof/<name>.json`, stale once its files change. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../shared/cdk';
import { Refused } from '../../../lib/shared/refused';
import { ended } from '../child';
import { commit, machine, type Machine, uncommitted } from '../machine';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type Figure = number | readonly number[] | Table;
export type Figures = Record<string, Figure>;

export const isTable = (figure: Figure): figure is Table => typeof figure === 'object' && 'columns' in figure;

export interface Proof {
  readonly title: string;
  /** Files and folders whose change invalidates the proof. */
  readonly paths: readonly string[];
  /** Seed of all random draws. @default none: nothing is random */
  readonly seed?: number;
  /** @throws Error when the claim does not hold */
  prove(): Figures;
}

export interface Proven {
  name: string;
  title: string;
  commit: string;
  /** SHA-256 over the files below `paths`. */
  fingerprint: string;
  seed: number | null;
  machine: Machine;
  startedAt: string;
  seconds: number;
  figures: Figures;
  paths: readonly string[];
}

const fileOf = (name: string, root: string) => join(root, 'docs/proof', `${name}.json`);

/** The last run of a proof; undefined before the first. */
export function provenOf(name: string, root = ROOT): Proven | undefined {
  const file = fileOf(name, root);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Proven) : undefined;
}

/**
 * Runs a proof and stores the result. The former record stays when the proof fails, or its files change meanwhile.
 * @throws Refused when files of the proof are not committed, because the run could not be reproduced
 */
export function prove(name: string, proof: Proof, root = ROOT): Proven {
  const { title, paths, seed = null } = proof;
  const changed = uncommitted(paths, root);
  if (changed.length > 0)
    throw new Refused(
      `proof ${name} covers files that differ from the commit; commit them first:\n${changed.join('\n')}`,
    );
  const before = { name, title, commit: commit(root), fingerprint: fingerprint(paths, root), seed, machine: machine() };
  const startedAt = new Date().toISOString();
  const started = performance.now();
  const figures = proof.prove();
  const seconds = Math.round((performance.now() - started) / 1000);
  if (fingerprint(paths, root) !== before.fingerprint)
    throw new Error(`files of proof ${name} changed while it ran, so its result is void: run it again`);
  const proven: Proven = { ...before, startedAt, seconds, figures, paths };
  mkdirSync(join(root, 'docs/proof'), { recursive: true });
  writeFileSync(fileOf(name, root), `${JSON.stringify(proven, null, 2)}\n`);
  return proven;
}

/** Whether today's files differ from those of the proof; the paths are today's, in case the proof has grown. */
export const isStale = ({ fingerprint: then }: Proven, { paths }: Proof, root = ROOT): boolean =>
  fingerprint(paths, root) !== then;

/**
 * A hash of names and contents of the files below `paths`, including new ones and excluding ignored ones. It needs no history, so it works
 * in a shallow clone.
 * @throws Error when a path has no files: a misspelt one would never become stale
 */
export function fingerprint(paths: readonly string[], root = ROOT): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const files = ended('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', path], {
      cwd: root,
    })
      .stdout.split('\0')
      // A link to a folder is listed too; its target's files are listed by themselves.
      .filter((file) => file !== '' && statSync(join(root, file), { throwIfNoEntry: false })?.isFile())
      .sort();
    if (files.length === 0) throw new Error(`a proof covers ${path}, which has no file`);
    for (const file of files)
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}
