/** Imports follow the lifecycle, as references between stacks do: shared imports no room, a room only rooms before it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { roomNames } from '../lib/rooms';

const root = join(__dirname, '..');

interface Import {
  readonly from: string;
  readonly to: string;
}

const sources = ['bin', 'datasets', 'lib', 'lambda', 'scripts', 'testing'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => posix.join(folder, file)),
);

const imports: readonly Import[] = sources.flatMap((from) =>
  [...readFileSync(join(root, from), 'utf8').matchAll(/(?:from |import\(|require\()'(\.[^']*)'/g)].map(
    ([, path = '']) => ({
      from,
      to: posix.join(posix.dirname(from), path),
    }),
  ),
);

/** Layers from the bottom; `lib` is the files that join the rooms, such as `lib/config.ts`. */
function layerOf(file: string): { kind: string; room?: number } {
  const [top = '', folder = ''] = file.split('/');
  if (top !== 'lib' && top !== 'lambda') return { kind: top };
  const room = (roomNames as readonly string[]).indexOf(folder);
  if (room >= 0) return { kind: top, room };
  return { kind: folder === 'shared' ? `${top}/shared` : 'lib' };
}

/** What each kind of file may import; a room of `lib` or `lambda` besides itself only rooms of `lib` before it. */
const below: Record<string, readonly string[]> = {
  'lib/shared': ['lib/shared', 'schema'],
  'lambda/shared': ['lambda/shared', 'lib/shared', 'schema'],
  lambda: ['lambda', 'lambda/shared', 'lib', 'lib/shared', 'schema'],
  lib: ['lib', 'lib/shared', 'schema'],
  bin: ['lib', 'lib/shared'],
  // Raw data and labels belong to commands: no stack and no handler reads them.
  datasets: ['datasets', 'lib/shared'],
  // Anybody's app can use what lies there.
  testing: ['testing'],
  scripts: [
    'scripts',
    'testing',
    'datasets',
    'bin',
    'lib',
    'lib/shared',
    'schema',
    'facts',
    'engine',
    'cdk.json',
    'package.json',
  ],
};

const wrong = (all: readonly Import[]) =>
  all.filter(({ from, to }) => {
    const [a, b] = [layerOf(from), layerOf(to)];
    if (!below[a.kind]?.includes(b.kind)) return true;
    // A handler's folder is of its room; files that join rooms, commands and the app may import every room.
    if (a.room === undefined || b.room === undefined) return a.kind.endsWith('/shared') && b.room !== undefined;
    return b.room > a.room;
  });

test('every import goes back along the lifecycle', () => {
  expect(imports.length).toBeGreaterThan(400);
  expect(wrong(imports).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test.each([
  ['lib/shared/processing-job.ts', 'lib/foundation/isolated-network'],
  ['lib/foundation/isolated-network.ts', 'lib/monitoring/clarify-config'],
  ['lib/serving/serving-stack.ts', 'lib/monitoring/managed-access'],
  ['lambda/serving/predict/index.ts', 'lib/monitoring/room'],
  ['lambda/shared/env.ts', 'lib/serving/room'],
  ['lib/etl/etl-stack.ts', 'scripts/shared/out'],
])('an import of %s from %s is noticed', (from, to) => {
  expect(wrong([{ from, to }])).toHaveLength(1);
});
