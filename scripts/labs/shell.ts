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

/** Longer than a drift's training and release on a busy machine, and on AWS: what takes more waits for something that does not come. */
const LONGEST_MS = { here: 20 * 60_000, onAws: 60 * 60_000 };

/** What is printed is compared with the page. */
const SILENT = {
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  NO_COLOR: '1',
  CI: 'true',
};

function offline(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(AWS_|npm_config_|https?_proxy$)/i.test(name));
  return {
    ...Object.fromEntries(kept),
    HTTPS_PROXY: CLOSED,
    HTTP_PROXY: CLOSED,
    NO_PROXY: '127.0.0.1,localhost',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
    ...SILENT,
  };
}

/** The first lab has the learner do so, once per terminal. */
const SOURCED = 'if [ -f .local/env ]; then . ./.local/env; fi';

/** The environment of a lab on AWS: no local account, and the account that was confirmed. */
export function online(env: NodeJS.ProcessEnv, named: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(AWS_ENDPOINT_URL|AWS_PROFILE|KIT_|npm_config_)/i.test(name));
  return { ...Object.fromEntries(kept), ...SILENT, AWS_DEFAULT_REGION: named.AWS_REGION, KIT_AWS: '1', ...named };
}

interface Typing {
  readonly env?: NodeJS.ProcessEnv;
  /** Takes what the command prints, while it does. */
  readonly told?: (text: string) => void;
}

/** Types a command, by default in the local account of the folder. */
export async function type(typed: string, folder: string, { env, told = () => {} }: Typing = {}): Promise<Ended> {
  const child = spawn('sh', ['-c', `${env === undefined ? SOURCED : ':'}\n${direct(typed)}`], {
    cwd: folder,
    env: {
      ...(env ?? { ...offline(process.env), KIT_LOCAL: join(folder, '.local') }),
      PATH: [join(folder, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: env === undefined ? LONGEST_MS.here : LONGEST_MS.onAws,
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
