import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synth } from '../../../scripts/shared/cdk';
import { assemble, inputHash } from '../../../scripts/rehearse/assembly';

jest.mock('../../../scripts/shared/cdk', () => ({
  ...jest.requireActual('../../../scripts/shared/cdk'),
  synth: jest.fn(),
}));

const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the same sources are synthesized once, and every run has an assembly of its own', async () => {
  jest.mocked(synth).mockImplementation(async (made) => {
    mkdirSync(made, { recursive: true });
    writeFileSync(join(made, 'manifest.json'), '{}');
  });
  const cache = join(folder, 'cache');
  expect(await assemble(join(folder, 'first'), { profile: 'sandbox', config: {} }, cache)).toBe(true);
  // A rehearsal may change its own templates.
  writeFileSync(join(folder, 'first/manifest.json'), 'changed');
  expect(await assemble(join(folder, 'second'), { profile: 'sandbox', config: {} }, cache)).toBe(false);
  expect(readFileSync(join(folder, 'second/manifest.json'), 'utf8')).toBe('{}');
  expect(await assemble(join(folder, 'third'), { profile: 'standard', config: {} }, cache)).toBe(true);
  const laidOver = { serving: { mode: 'instance' } };
  expect(await assemble(join(folder, 'fourth'), { profile: 'sandbox', config: laidOver }, cache)).toBe(true);
  expect(synth).toHaveBeenCalledTimes(3);
  for (const profile of ['a', 'b', 'c', 'd']) await assemble(join(folder, profile), { profile, config: {} }, cache);
  expect(readdirSync(cache)).toHaveLength(4);
  expect(existsSync(join(cache, inputHash({ profile: 'd', config: {} })))).toBe(true);
});

test('a changed, added or renamed file is another app', () => {
  const root = join(folder, 'sources');
  mkdirSync(join(root, 'lib'), { recursive: true });
  const hash = () => inputHash({ profile: 'sandbox', config: {} }, root, ['lib']);
  const write = (name: string, text: string) => writeFileSync(join(root, 'lib', name), text);
  const seen = new Set([hash()]);
  write('a.ts', '1');
  seen.add(hash());
  write('a.ts', '2');
  seen.add(hash());
  rmSync(join(root, 'lib/a.ts'));
  write('b.ts', '2');
  seen.add(hash());
  write('b.ts', '2');
  seen.add(hash());
  expect(seen.size).toBe(4);
});
