import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { Refused } from '../../lib/shared/refused';
import { folder as folderOf, layout } from '../../lib/shared/names';
import type { Out } from '../shared/out';
import type { DeployedKit } from './deployed-kit';
import { bodyOf } from './objects';

/** What can be brought, by its name: the bucket, and what its keys begin with. */
const PARTS = {
  curated: ['curated', folderOf(layout.curated.features)],
  labels: ['raw', folderOf(layout.raw.groundTruth)],
  'set-aside': ['curated', folderOf(layout.curated.setAside)],
  quarantine: ['curated', folderOf(layout.curated.quarantine)],
  quality: ['curated', folderOf(layout.curated.quality)],
  models: ['artifacts', folderOf(layout.artifacts.models)],
  evaluations: ['artifacts', folderOf(layout.artifacts.evaluations)],
  windows: ['artifacts', folderOf(layout.artifacts.windows)],
} as const satisfies Record<string, readonly [keyof DeployedKit['buckets'], string]>;

type Part = keyof typeof PARTS;

/** Files of one part that were brought. */
interface Pulled {
  part: Part;
  files: number;
  bytes: number;
}

/**
 * Brings objects of the kit to disk, each under its own key; what lies there under it is replaced.
 * @throws Refused where a part is not known, or the buckets hold none of what was asked for
 */
export async function pull(
  kit: DeployedKit,
  { parts = Object.keys(PARTS), folder }: { parts?: readonly string[]; folder: string },
  out: Out,
): Promise<Pulled[]> {
  const wrong = parts.filter((part) => !(part in PARTS));
  if (wrong.length > 0) throw new Refused(`${wrong.join(', ')} is none of ${Object.keys(PARTS).join(', ')}`);
  const pulled: Pulled[] = [];
  for (const part of parts as Part[]) {
    const [role, Prefix] = PARTS[part];
    const Bucket = kit.buckets[role];
    const found: Pulled = { part, files: 0, bytes: 0 };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: kit.s3 }, { Bucket, Prefix }))
      for (const { Key, Size } of Contents) {
        // The console makes an empty object for a folder.
        if (Key!.endsWith('/')) continue;
        const file = placeOf(folder, Key!);
        mkdirSync(dirname(file), { recursive: true });
        await pipeline((await bodyOf(kit, Bucket, Key!)) as Readable, createWriteStream(file));
        out.progress(`${part}: ${(found.files += 1)} files, ${Key}`);
        found.bytes += Size!;
      }
    if (found.files > 0) out.line(`${part.padEnd(12)} ${found.files} files, ${(found.bytes / 1e6).toFixed(1)} MB`);
    pulled.push(found);
  }
  if (pulled.every(({ files }) => files === 0))
    throw new Refused(
      `kit ${kit.name} has nothing of ${parts.join(', ')} yet: npm run kit -- status says what to do first`,
    );
  out.line(`below ${folder}`);
  return pulled;
}

/** @throws Refused where a key would lead out of the folder */
function placeOf(folder: string, key: string): string {
  const file = resolve(join(folder, key));
  if (!file.startsWith(resolve(folder) + sep))
    throw new Refused(`the key ${key} leads out of ${folder}: nobody but an attacker names an object so`);
  return file;
}
