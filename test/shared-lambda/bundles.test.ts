/** What each function's bundle contains: a package that comes in unseen is paid for at every cold start. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '../..');
const handlers = readdirSync(join(root, 'lambda'))
  .filter((room) => room !== 'shared')
  .flatMap((room) => readdirSync(join(root, 'lambda', room)).map((name) => `${room}/${name}`));

/** Bundles like `HandlerFunction`, with the inputs counted. */
function bundled(handler: string): { clients: string[]; others: string[]; kib: number } {
  const { metafile, outputFiles } = buildSync({
    entryPoints: [join(root, 'lambda', handler, 'index.ts')],
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  const packages = Object.entries(output!.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  const names = [...new Set(packages)].sort();
  // The SDK's own parts come with whichever client.
  const parts = /^@(aws-sdk|smithy|aws-crypto|aws)\//;
  return {
    clients: names
      .filter((name) => name.startsWith('@aws-sdk/client-'))
      .map((name) => name.slice('@aws-sdk/client-'.length)),
    others: names.filter((name) => !parts.test(name) && !['bowser', 'tslib'].includes(name)),
    kib: outputFiles[0]!.contents.length / 1024,
  };
}

test('each bundle holds the clients that its function calls, and nothing else beside the SDK', () => {
  const found = Object.fromEntries(handlers.map((handler) => [handler, bundled(handler)]));
  const contents = Object.fromEntries(
    Object.entries(found).map(([handler, { clients, others }]) => [handler, [...clients, ...others].join(' ')]),
  );
  expect(contents).toEqual({
    'ai-services/analyze-documents': 'comprehend s3',
    'ai-services/analyze-image': 'rekognition s3',
    'ai-services/analyze-text': 'comprehend',
    'ai-services/synthesize-speech': 'polly s3',
    'monitoring/adopt-champion': 's3 sagemaker',
    'monitoring/report-managed-run': 'eventbridge s3 sagemaker sns ssm',
    // The document client of DynamoDB keeps its commands in a cache of mnemonist's.
    'retraining/start-retraining': 'dynamodb sfn mnemonist obliterator',
    'serving/explain-update': 'cloudformation',
    'serving/predict': 'firehose sagemaker-runtime',
    'training/declare-champion': 'ssm',
    'training/delete-model-packages': 'sagemaker',
  });
  expect(found['serving/predict']!.kib).toBeLessThanOrEqual(500);
});
