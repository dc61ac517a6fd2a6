import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { datasetPath, defaultDataset } from '../../lib/shared/datasets';
import { sourceArchive } from '../../lib/shared/job-code';
import { tar } from '../../lib/shared/tar';

const jobs = join(__dirname, '../../jobs');

function unpacked<T>(archive: Buffer, look: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'unpacked-'));
  try {
    writeFileSync(join(folder, 'archive.tar'), archive);
    execFileSync('tar', ['-xf', 'archive.tar'], { cwd: folder });
    return look(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the archive has every program at its root and the shared modules beside them, as real files', () => {
  unpacked(gunzipSync(sourceArchive(defaultDataset)), (folder) => {
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['train.py', 'evaluate.py', 'monitor.py', 'inference.py', 'etl.py', 'common']),
    );
    for (const [file, source] of [
      ['dataset.json', datasetPath(defaultDataset, 'dataset.json')],
      ['layout.json', join(jobs, '../schema/layout.json')],
    ] as const)
      expect(readFileSync(join(folder, 'common', file), 'utf8')).toBe(readFileSync(source, 'utf8'));
    expect(readdirSync(folder, { recursive: true }).filter((name) => /__pycache__|\.pyc$/.test(String(name)))).toEqual(
      [],
    );
  });
});

test('no two rooms have a program of one name: flattened, one would hide the other', () => {
  const programs = readdirSync(jobs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'common')
    .flatMap(({ name }) =>
      readdirSync(join(jobs, name)).filter((file) => file.endsWith('.py') && file !== '__init__.py'),
    );
  expect(programs.filter((name, i) => programs.indexOf(name) !== i)).toEqual([]);
});

test('equal sources give equal bytes', () => {
  expect(sourceArchive(defaultDataset).equals(sourceArchive(defaultDataset))).toBe(true);
});

test('names, order, time and owner of an archive do not depend on the machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  writeFileSync(join(folder, 'b.py'), 'b');
  writeFileSync(join(folder, 'a.py'), 'a'.repeat(600));
  const listing = unpacked(tar(folder), (at) =>
    execFileSync('tar', ['-tvf', 'archive.tar', '--utc', '--numeric-owner'], { cwd: at, encoding: 'utf8' }),
  );
  expect(listing.trim().split('\n')).toEqual(
    ['-rw-r--r-- 0/0 600 1970-01-01 00:00 a.py', '-rw-r--r-- 0/0 1 1970-01-01 00:00 b.py'].map((l) =>
      expect.stringMatching(new RegExp(l.replace(/ +/g, ' +').replace('.py', '\\.py'))),
    ),
  );
  rmSync(folder, { recursive: true });
});

test('a name that a tar header cannot hold is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'long-'));
  writeFileSync(join(folder, `${'x'.repeat(101)}.py`), '');
  expect(() => tar(folder)).toThrow('at most 100 bytes');
  rmSync(folder, { recursive: true });
});
