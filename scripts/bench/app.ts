/** Measures the synthesis of the CDK app for a deployment, and the resulting bundle of predict. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cdk from '../../cdk.json';
import { ROOT } from '../shared/cdk';
import { ended, figuresOf } from './child';

interface Resource {
  Type: string;
  Metadata?: Record<string, unknown>;
  Properties?: { Environment?: { Variables: Record<string, unknown> } };
}

export function measureApp(): Record<string, number> {
  const assembly = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const { seconds } = figuresOf(synthesized(assembly));
    const resources = resourcesOf(assembly);
    const { file, environment } = bundleOf(resources, 'Serving/Predict/Resource', assembly);
    return {
      synth: (100 * seconds!) / resources.length,
      'predict-size': statSync(file).size / 1024,
      'predict-import': importMilliseconds(file, environment),
    };
  } finally {
    rmSync(assembly, { recursive: true });
  }
}

function synthesized(assembly: string) {
  // Node reports the usage of its own process only, so the app prints its own when it exits.
  const program = `process.on('exit', () => { const { userCPUTime: u, systemCPUTime: s } = process.resourceUsage(); require('fs').writeSync(1, JSON.stringify({ seconds: (u + s) / 1e6 })); }); require(${JSON.stringify(join(ROOT, 'bin/app.ts'))}).buildKit(new (require('aws-cdk-lib').App)());`;
  const context = {
    ...cdk.context,
    profile: 'sandbox',
    // The CDK CLI sets these; they label the bundles.
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
  };
  // The CDK's template validator is off, as in rehearsals and tests; its share does not grow with the kit.
  const env = {
    ...process.env,
    CDK_VALIDATION: 'false',
    CDK_OUTDIR: assembly,
    CDK_CONTEXT_JSON: JSON.stringify(context),
  };
  return ended(process.execPath, ['-r', 'ts-node/register', '-e', program], { env });
}

function resourcesOf(assembly: string): Resource[] {
  return readdirSync(assembly)
    .filter((name) => name.endsWith('.template.json'))
    .map((name) => JSON.parse(readFileSync(join(assembly, name), 'utf8')) as { Resources: Record<string, Resource> })
    .flatMap(({ Resources }) => Object.values(Resources));
}

/** The bundle of a function, with the environment of its template; values known to a deployment only are placeholders. */
export function bundleOf(
  resources: readonly Resource[],
  path: string,
  assembly: string,
): { file: string; environment: Record<string, string> } {
  const found = resources.find(({ Metadata = {} }) => Metadata['aws:cdk:path'] === path);
  const asset = found?.Metadata?.['aws:asset:path'];
  if (typeof asset !== 'string') throw new Error(`the app has no function ${path} with a bundle of its own`);
  const variables = Object.entries(found?.Properties?.Environment?.Variables ?? {});
  return {
    file: join(assembly, asset, 'index.js'),
    environment: Object.fromEntries(
      variables.map(([name, value]) => [name, typeof value === 'string' ? value : 'known-once-deployed']),
    ),
  };
}

/** Time until a new Node process has imported the handler. @throws Error when the bundle cannot be imported, or exports none */
export function importMilliseconds(file: string, environment: Record<string, string>): number {
  const program = `const t = performance.now(); const { handler } = require(${JSON.stringify(file)}); const milliseconds = performance.now() - t; if (typeof handler !== 'function') throw new Error('it exports no handler'); console.log(JSON.stringify({ milliseconds }));`;
  // Lambda sets the Region.
  const env = { PATH: process.env.PATH, AWS_REGION: 'us-east-1', ...environment };
  return figuresOf(ended(process.execPath, ['-e', program], { env })).milliseconds!;
}
