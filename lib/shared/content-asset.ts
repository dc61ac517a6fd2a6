import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';

/** A file asset of what is made at synth: the CDK copies it, so that nothing of ours stays on the disk. */
export function contentAsset(scope: Construct, id: string, name: string, content: string | Buffer): Asset {
  const folder = mkdtempSync(join(tmpdir(), 'asset-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, content);
    // The caller's own ID, handed on.
    // eslint-disable-next-line awscdk/no-variable-construct-id
    return new Asset(scope, id, { path });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
