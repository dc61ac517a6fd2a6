import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { contentAsset } from './content-asset';
import { datasetPath, declaredFile } from './datasets';
import { tar } from './tar';

const JOBS = join(__dirname, '../../jobs');
/** Experiments run on the development machine, so they are not part of the archive. */
const NO_ROOMS = ['common', 'experiments'];

/**
 * Stages the jobs as both services import them: programs of every room and the dataset's features at the root, `common/` beside them.
 * @param dataset name of the dataset whose file and features they use
 * @returns the folder; its owner deletes it
 */
export function stageJobs(dataset: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  mkdirSync(join(folder, 'common'));
  const programs = readdirSync(JOBS)
    .filter((room) => !NO_ROOMS.includes(room))
    .map((room) => join(JOBS, room))
    .filter((path) => statSync(path).isDirectory())
    .flatMap(pythonFiles);
  for (const file of [...programs, datasetPath(dataset, 'features.py')])
    copyFileSync(file, join(folder, basename(file)));
  // The JSON files are links into schema/, and S3 has no links, so copies are made.
  const shared = ['layout.json', 'words.json', 'families.json', 'dataset.schema.json', 'archive.toml'].map((name) =>
    join(JOBS, 'common', name),
  );
  // Wheels of imbalanced-learn, which the image lacks; scripts/bootstrap/locks/wheels.txt pins them.
  for (const file of [...pythonFiles(join(JOBS, 'common')), ...filesOf(join(JOBS, 'common'), '.whl'), ...shared])
    copyFileSync(file, join(folder, 'common', basename(file)));
  copyFileSync(declaredFile(dataset), join(folder, 'common/dataset.json'));
  copyFileSync(join(JOBS, 'common/archive.toml'), join(folder, 'pyproject.toml'));
  return folder;
}

const pythonFiles = (folder: string) => filesOf(folder, '.py');

const filesOf = (folder: string, ending: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));

/** `sourcedir.tar.gz` for SageMaker: the same bytes for the same sources, on every machine and Node version. */
export function sourceArchive(dataset: string): Buffer {
  const folder = stageJobs(dataset);
  try {
    const archive = gzipSync(tar(folder), { level: 0 });
    // Byte 9 is the operating system; 255 means "unknown".
    archive[9] = 255;
    return archive;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The archive as a file asset, because a directory asset becomes a .zip, which script mode cannot open. */
export class SourceArchive extends Construct {
  readonly asset: Asset;

  constructor(scope: Construct, id: string, dataset: string) {
    super(scope, id);
    this.asset = contentAsset(this, 'Asset', 'sourcedir.tar.gz', sourceArchive(dataset));
  }
}

/** The same files for Glue's `--extra-py-files`, which needs a .zip, the form of a directory asset. */
export class GlueModules extends Construct {
  readonly asset: Asset;

  constructor(scope: Construct, id: string, dataset: string) {
    super(scope, id);
    const path = stageJobs(dataset);
    this.asset = new Asset(this, 'Asset', { path });
    rmSync(path, { recursive: true });
  }
}
