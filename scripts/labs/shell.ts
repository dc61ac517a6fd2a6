/** Runs what a learner types, in a shell that finds the clone's own programs and no way to AWS. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export interface Ended {
  /** Both streams, as a terminal shows them. */
  readonly printed: string;
  readonly code: number;
}

/** npm would first bring the set-up up to date, which whoever runs a lab has done; npx would look for the program elsewhere. */
const direct = (typed: string) =>
  typed
    .replaceAll(/\bnpm run (?:--silent |-s )?kit --(?= |$)/g, 'ts-node scripts/cli.ts')
    .replaceAll(/\bnpm run (?:--silent |-s )?local(?: --)?(?= |$)/g, 'ts-node scripts/cli.ts local')
    .replaceAll(/\bnpm run (?:--silent |-s )?templates(?: --)?(?= |$)/g, 'ts-node scripts/templates/index.ts')
    .replaceAll(/\bnpx (?=[a-z])/g, '');

/** A proxy that nobody listens at: what is not for this machine fails at once, and says so. */
const CLOSED = 'http://127.0.0.1:9';

/** Longer than a training on a busy machine: what takes more waits for something that does not come. */
const LONGEST_MS = 20 * 60_000;

export function offline(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(AWS_|npm_config_|https?_proxy$)/i.test(name));
  return {
    ...Object.fromEntries(kept),
    HTTPS_PROXY: CLOSED,
    HTTP_PROXY: CLOSED,
    NO_PROXY: '127.0.0.1,localhost',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NO_COLOR: '1',
    CI: 'true',
  };
}

/** The first lab has the learner do so, once per terminal. */
const SOURCED = 'if [ -f .local/env ]; then . ./.local/env; fi';

/** @param told is given what the command prints, while it does. @default nothing */
export async function type(typed: string, folder: string, told: (text: string) => void = () => {}): Promise<Ended> {
  const env = offline(process.env);
  env.KIT_LOCAL = join(folder, '.local');
  env.PATH = [join(folder, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const child = spawn('sh', ['-c', `${SOURCED}\n${direct(typed)}`], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      told(text);
    });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return { printed, code: code ?? 1 };
}
