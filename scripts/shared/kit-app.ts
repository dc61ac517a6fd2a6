/** The kit as a CDK app in this process, without bundling. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { buildKit } from '../../bin/app';
import cdk from '../../cdk.json';
import type { Config } from '../../lib/config';
import { stackOf, type Templates } from './templates';

/**
 * The app of a profile with overrides.
 * @param outdir folder of the assembly; by default a temporary folder of the CDK's, which stays
 * @throws Error of the refusing configuration or construct
 */
export function kitApp(profile: string, config: object = {}, outdir?: string): App {
  const context = {
    // The feature flags of a deployment, because they change the templates.
    ...cdk.context,
    profile,
    ...('kit' in config ? { kit: config.kit } : {}),
    config,
    // Templates must not change with a handler's text.
    'aws:cdk:bundling-stacks': [],
  };
  // The CDK's template validator takes four seconds in each process; `cdk synth` runs it, and test/static lints.
  const app = new App({ context, outdir, builtinCloudFormationValidation: false });
  buildKit(app);
  return app;
}

/** Applies `read` to the synthesized app, whose folder is removed afterwards. */
export function fromAssembly<T>(profile: string, config: object, read: (assembly: CloudAssembly, app: App) => T): T {
  const outdir = mkdtempSync(join(tmpdir(), 'kit-'));
  try {
    const app = kitApp(profile, config, outdir);
    return read(app.synth(), app);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The templates of a configuration. @throws Error of the construct that refuses it */
export function synthesize(config: Config): Templates {
  return fromAssembly(config.profile, config, (assembly) =>
    Object.fromEntries(assembly.stacks.map((stack) => [stackOf(stack.id).stack, stack.template])),
  ) as Templates;
}
