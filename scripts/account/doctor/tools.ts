import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { devDependencies, engines } from '../../../package.json';
import type { Tool } from './judge';

const ROOT = join(__dirname, '../../..');
const OWN_PYTHON = join(ROOT, '.toolchain/python/bin/python');
const OWN_CDK = join(ROOT, 'node_modules/aws-cdk/package.json');

export function tools(): Tool[] {
  const setUp = 'npm run setup';
  return [
    {
      name: 'node',
      found: process.versions.node,
      wanted: engines.node.replace(/^\D+/, ''),
      exactly: false,
      verdict: 'fail',
      fix: 'install Node from https://nodejs.org',
    },
    {
      name: 'python',
      found: pythonVersion(),
      wanted: '3.11.4',
      exactly: false,
      // Deploying works without it; loading data and rehearsing do not.
      verdict: 'warn',
      fix: setUp,
    },
    {
      name: 'cdk',
      found: existsSync(OWN_CDK) ? (JSON.parse(readFileSync(OWN_CDK, 'utf8')) as { version: string }).version : null,
      wanted: devDependencies['aws-cdk'],
      exactly: true,
      verdict: 'fail',
      fix: setUp,
    },
  ];
}

function pythonVersion(): string | null {
  const { stdout } = spawnSync(existsSync(OWN_PYTHON) ? OWN_PYTHON : 'python3', ['--version'], { encoding: 'utf8' });
  return /(\d+(?:\.\d+)+)/.exec(stdout ?? '')?.[1] ?? null;
}
