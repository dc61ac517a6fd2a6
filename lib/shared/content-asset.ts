import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';

/** A file asset with generated content. The CDK copies it, so the temporary file can be deleted. */
export function contentAsset(scope: Construct, id: string, name: string, content: string | Buffer): Asset {
  const folder = mkdtempSync(join(tmpdir(), 'asset-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, content);
    // The caller's ID is passed on.
    // eslint-disable-next-line awscdk/no-variable-construct-id
    return new Asset(scope, id, { path });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
