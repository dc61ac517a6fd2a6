/** Documents that show what is typed and what is seen: their commands are run, and their lines looked for. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Step {
  command: string;
  /** Lines of the output, with `…` for what differs. */
  expected: string[];
}

/** The steps of every `console` block in a text. */
export function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  for (const [, block = ''] of text.matchAll(/^```console\n([^]*?)^```$/gm))
    for (const line of block.trimEnd().split('\n')) {
      // What follows two blanks and # is for the reader.
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2).replace(/ {2,}#.*$/, ''), expected: [] });
      else steps.at(-1)!.expected.push(line);
    }
  return steps;
}

/** What stands between `<!-- name -->` and `<!-- end of … -->`, once for each such pair. */
export const regionsOf = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`<!-- ${name} -->([^]*?)<!-- end of [a-z ]+ -->`, 'g'))].map(
    ([, region = '']) => region,
  );

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Expected lines that the output has not. */
export const missing = (expected: readonly string[], output: string): string[] =>
  expected.filter((line) => !new RegExp(line.trim().split('…').map(escaped).join('.*')).test(output));

export interface Ran {
  status: number;
  output: string;
}

/**
 * Types commands into one shell, in a folder that is a clone. `npm run kit` and its like are run without the set-up before them, which
 * whoever runs tests has behind them; other scripts of npm, and its installation, do nothing.
 */
export class Shell {
  private readonly env: NodeJS.ProcessEnv;

  constructor(private readonly clone: string) {
    const tools = join(clone, '.toolchain');
    const { python, javaHome } = JSON.parse(readFileSync(join(tools, 'toolchain.json'), 'utf8')) as Record<
      string,
      string
    >;
    const shims = join(clone, '.shims');
    mkdirSync(shims);
    writeFileSync(
      join(shims, 'npm'),
      `#!/bin/sh
[ "$1" = run ] && shift || exit 0
[ "$1" = --silent ] && shift
name=$1; shift; [ "$1" = -- ] && shift
case $name in
  kit) exec ts-node scripts/cli.ts "$@" ;;
  local) exec ts-node scripts/cli.ts local "$@" ;;
  *) exit 0 ;;
esac
`,
    );
    chmodSync(join(shims, 'npm'), 0o755);
    const own = Object.entries(process.env).filter(([name]) => !/^(AWS|KIT|CDK)_/.test(name));
    this.env = {
      ...Object.fromEntries(own),
      ...{ HOME: join(clone, '.home'), JAVA_HOME: javaHome, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' },
      PATH: [shims, join(python!, '..'), join(clone, 'node_modules/.bin'), process.env.PATH].join(':'),
      // A closed port: what leaves the machine fails.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** Runs the commands one after another; ends at the first that fails. */
  async type(steps: readonly Step[]): Promise<(Step & Ran)[]> {
    const mark = '::step::';
    const script = steps.map(
      ({ command }) => `${command}\nstatus=$?; echo; echo "${mark}$status"; [ $status = 0 ] || exit 1`,
    );
    const child = spawn('bash', ['-c', `exec 2>&1\n${script.join('\n')}`], { cwd: this.clone, env: this.env });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    await new Promise((resolve) => child.on('exit', resolve));
    const parts = text.split(new RegExp(`${mark}(\\d+)\\n`));
    return steps.flatMap((step, place) => {
      const [output, status] = [parts[2 * place], parts[2 * place + 1]];
      return output === undefined || status === undefined ? [] : [{ ...step, output, status: Number(status) }];
    });
  }
}
