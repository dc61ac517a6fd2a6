/** `npm run bench`: what a change to the kit may make slower, side by side in one run. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../account/cdk';
import { toolchain } from '../rehearse/engine';

/** Prints the figures. @returns the exit code */
export function bench(): number {
  const assembly = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const cpu = synthSeconds(assembly);
    const resources = readdirSync(assembly)
      .filter((name) => name.endsWith('.template.json'))
      .map((name) => JSON.parse(readFileSync(join(assembly, name), 'utf8')) as { Resources: object })
      .reduce((sum, { Resources }) => sum + Object.keys(Resources).length, 0);
    line(
      'synth',
      `${((100 * cpu) / resources).toFixed(2)} CPU s per 100 resources`,
      `${cpu.toFixed(1)} s for ${resources}`,
    );
    const bundle = predictBundle(assembly);
    line(
      'predict bundle',
      `${Math.round(statSync(bundle).size / 1024)} KiB`,
      `import ${importMilliseconds(bundle).toFixed(0)} ms, median of 5`,
    );
  } finally {
    rmSync(assembly, { recursive: true });
  }
  const { status } = spawnSync(toolchain().python, [join(__dirname, 'bench.py')], { cwd: ROOT, stdio: 'inherit' });
  return status ?? 1;
}

const line = (what: string, figure: string, detail: string) =>
  console.log(`${what.padEnd(24)} ${figure.padEnd(34)} ${detail}`);

function synthSeconds(assembly: string): number {
  // Node tells the use of its own process only; the app reports its own as it leaves.
  const program = `process.on('exit', () => { const u = process.resourceUsage(); require('fs').writeSync(1, String((u.userCPUTime + u.systemCPUTime) / 1e6)); }); require(${JSON.stringify(join(ROOT, 'bin/app.ts'))}).buildKit(new (require('aws-cdk-lib').App)());`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', 'ts-node/register', '-e', `${program}`], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify({ profile: 'sandbox' }) },
    encoding: 'utf8',
  });
  const seconds = Number(stdout.trim().split('\n').at(-1));
  if (status !== 0 || Number.isNaN(seconds)) throw new Error(`synth failed: ${stderr}`);
  return seconds;
}

/** Bundles are named by their content; only that of predict knows the capture stream. */
function predictBundle(assembly: string): string {
  const bundles = readdirSync(assembly, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(assembly, name, 'index.js'))
    .filter((path) => existsSync(path) && readFileSync(path, 'utf8').includes('CAPTURE_STREAM'));
  const [found] = bundles;
  if (found === undefined) throw new Error(`no bundle of predict in ${assembly}`);
  return found;
}

function importMilliseconds(bundle: string): number {
  const program = `const t = performance.now(); require(${JSON.stringify(bundle)}); console.log(performance.now() - t)`;
  const times = Array.from({ length: 5 }, () =>
    Number(spawnSync(process.execPath, ['-e', program], { env: importEnv, encoding: 'utf8' }).stdout),
  );
  return times.sort((a, b) => a - b)[2] ?? Number.NaN;
}

const importEnv = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  KIT: 'x',
  ENDPOINT_NAME: 'x',
  CHAMPION_PARAMETER: 'x',
  CAPTURE_STREAM: 'x',
  MAX_INSTANCES: '500',
};
