/** The pinned CDK CLI as a child process, without npx. */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Overlay } from '../../lib/config';
import type { Aws } from '../operate/deployed-kit';
import { direct } from './direct';

export const ROOT = join(__dirname, '../..');
export const CDK = join(ROOT, 'node_modules/.bin/cdk');

/** Context of the app, as `-c key=value`. */
interface AppContext {
  profile?: string;
  kit?: string;
  rooms?: readonly string[];
  config?: Overlay;
}

/**
 * Runs `cdk` with its whole output in a file.
 * @throws Error with the last line of the output and the file's path when it fails
 */
export async function cdk(args: readonly string[], log: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const file = createWriteStream(log, { flags: 'a' });
  const child = spawn(CDK, args, {
    cwd: ROOT,
    // CI turns off colours and prompts. The CLI's notices would precede every log.
    env: {
      ...env,
      CI: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  await new Promise((resolve) => file.end(resolve));
  if (code !== 0) throw new Error(`cdk ${args[0]} failed: ${lastWords(readFileSync(log, 'utf8'))}\nits output: ${log}`);
}

/** The flags of the CDK CLI that hand the app its context. */
export function contextFlags({ profile, kit, rooms, config }: AppContext): string[] {
  const isLaid = config !== undefined && Object.keys(config).length > 0;
  const context = { profile, kit, rooms: rooms?.join(','), config: isLaid ? JSON.stringify(config) : undefined };
  return Object.entries(context).flatMap(([key, value]) => (value === undefined ? [] : ['-c', `${key}=${value}`]));
}

/**
 * Synthesizes the app into `folder`, exactly as `cdk synth` does for a deployment.
 * @param validate whether the CDK validates the templates against CloudFormation's schemas, which takes four seconds
 * @param log takes the output of the CDK CLI
 */
export async function synth(
  folder: string,
  app: AppContext = {},
  { validate = true, log = join(folder, 'synth.log') }: { validate?: boolean; log?: string } = {},
): Promise<void> {
  const flags = contextFlags(app);
  mkdirSync(folder, { recursive: true });
  if (!validate) flags.push('--no-validation');
  // Templates are made without an account, so scripts/local/guard.cjs need not look which one is meant.
  const env = { ...process.env, KIT_AWS: '1' };
  await cdk(['synth', '--quiet', '--no-notices', '--output', folder, ...flags], log, env);
}

/** The environment with which the CLI calls the same account as our clients. */
export async function environmentOf({ region, endpoint, credentials }: Aws): Promise<NodeJS.ProcessEnv> {
  const keys = typeof credentials === 'function' ? await credentials() : credentials;
  const env = { ...process.env };
  const chosen = {
    ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
    ...(keys === undefined
      ? {}
      : {
          AWS_ACCESS_KEY_ID: keys.accessKeyId,
          AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
          AWS_SESSION_TOKEN: keys.sessionToken,
        }),
  };
  if (endpoint === undefined) Object.assign(env, chosen);
  else direct(env, { ...chosen, AWS_ENDPOINT_URL: endpoint });
  return env;
}

interface Manifest {
  artifacts: Record<string, { type: string; properties?: { stackName?: string; templateFile?: string } }>;
}

/** Paths of the templates of an assembly by stack name. */
export function templateFiles(assembly: string): Map<string, string> {
  const file = join(assembly, 'manifest.json');
  if (!existsSync(file)) throw new Error(`${assembly} holds no synthesized app: it has no manifest.json`);
  const { artifacts } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  return new Map(
    Object.entries(artifacts)
      .filter(([, { type }]) => type === 'aws:cloudformation:stack')
      .map(([id, { properties }]) => [properties?.stackName ?? id, join(assembly, properties?.templateFile ?? '')]),
  );
}

/** The last sentence of the CLI's output. */
function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.at(-1)?.trim() ?? 'it said nothing';
}
