/** Waits for captured predictions in their bucket. */
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { DeployedKit } from './deployed-kit';
import type { Out } from '../shared/out';
import { pause } from './pace';
import { names } from '../../lib/shared/names';

/** A stream delivers after one minute, an endpoint within minutes. */
const WITHIN_MS = 300_000;
const POLL_MS = 5000;

/** Waits until so many records have arrived. @returns their number; fewer after five minutes */
export type Arrived = (records: number, out: Out) => Promise<number>;

/** Starts from the already captured records, because a replay is faster than its delivery. */
export async function watchCaptured(kit: DeployedKit): Promise<Arrived> {
  const seen = new Set(await capturedKeys(kit));
  let arrived = 0;
  return async (records, out) => {
    for (const giveUp = Date.now() + WITHIN_MS; ; await pause(kit.s3, POLL_MS)) {
      for (const key of await capturedKeys(kit)) {
        if (seen.has(key)) continue;
        seen.add(key);
        arrived += await lines(kit, key);
      }
      out.progress(`${arrived} of ${records} requests are captured`);
      if (arrived >= records || Date.now() >= giveUp) break;
    }
    if (arrived < records)
      out.line(`only ${arrived} of ${records} requests were captured within ${WITHIN_MS / 60_000} minutes`);
    return arrived;
  };
}

async function capturedKeys({ s3, name, buckets }: DeployedKit): Promise<string[]> {
  const keys: string[] = [];
  const place = { Bucket: buckets.captured, Prefix: `${names.endpoint(name)}/` };
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, place))
    keys.push(...Contents.map(({ Key }) => Key!));
  return keys;
}

/** A record ends with its line. */
async function lines({ s3, buckets }: DeployedKit, Key: string): Promise<number> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: buckets.captured, Key }));
  return (await Body!.transformToString()).split('\n').filter((line) => line !== '').length;
}
