import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kit, templates } from './shared/kit';

const cfnLint = join(__dirname, '../.toolchain/python/bin/cfn-lint');

// Both are about what the CDK writes: a DependsOn beside a GetAtt, and the address map of its delivery stream.
const IGNORED = ['W3005', 'W7001'];

test.each(['sandbox', 'standard', 'production'])('cfn-lint finds nothing in the templates of %s', (profile) => {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const files = Object.entries(templates(kit(profile))).map(([room, template]) => {
      const file = join(folder, `${room}.template.json`);
      writeFileSync(file, JSON.stringify(template));
      return file;
    });
    const { stdout, stderr } = spawnSync(
      cfnLint,
      ['--regions', 'us-east-1', '--ignore-checks', ...IGNORED, '--', ...files],
      { encoding: 'utf8' },
    );
    expect(stdout + stderr).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a kit of another name shares no physical name with the first', () => {
  const named = (name: string) =>
    JSON.stringify(templates(kit('sandbox', { kit: name }))).match(new RegExp(`"(/?${name}[^"]*)"`, 'g')) ?? [];
  const first = new Set(named('mlkit'));
  expect(first.size).toBeGreaterThan(10);
  expect(JSON.stringify(templates(kit('sandbox', { kit: 'other' })))).not.toContain('mlkit');
});
