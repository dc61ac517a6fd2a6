/** cfn-lint over many templates at once: loading its schemas takes longer than reading them all. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { toolchain } from '../../scripts/rehearse/engine';
import type { Json } from '../shared/json';

/** What the CDK writes: a DependsOn beside a GetAtt, and the address map of its delivery stream. */
const IGNORED = ['W3005', 'W7001'];

/**
 * @param templates by file name
 * @returns findings as `<file>: <rule> <message>`
 */
export function lint(templates: Record<string, Json>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const files = Object.entries(templates).map(([name, template]) => {
      const file = join(folder, `${name}.template.json`);
      writeFileSync(file, JSON.stringify(template));
      return file;
    });
    const options = ['--regions', 'us-east-1', '--format', 'json', '--ignore-checks', ...IGNORED];
    const cfnLint = join(toolchain().python, '../cfn-lint');
    const { stdout, stderr } = spawnSync(cfnLint, [...options, '--', ...files], { encoding: 'utf8' });
    if (stderr !== '') throw new Error(stderr);
    return (JSON.parse(stdout) as Json[]).map(
      ({ Filename, Rule, Message }) => `${basename(Filename, '.template.json')}: ${Rule.Id} ${Message}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
