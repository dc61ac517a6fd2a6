/** Waits for captured predictions in their bucket. */
import type { DeployedKit } from './deployed-kit';
import type { Out } from '../shared/out';
import { bodyOf, keysOf } from './objects';
import { pause } from './pace';
import { names } from '../../lib/shared/names';

/** A stream delivers after one minute, an endpoint within minutes. */
const WITHIN_MS = 300_000;
const POLL_MS = 5000;

/** Waits until so many records have arrived. @returns their number; fewer after five minutes */
type Arrived = (records: number, out: Out) => Promise<number>;

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

const capturedKeys = (kit: DeployedKit): Promise<string[]> =>
  keysOf(kit, kit.buckets.captured, `${names.endpoint(kit.name)}/`);

/** A record ends with its line. */
async function lines(kit: DeployedKit, key: string): Promise<number> {
  const text = await (await bodyOf(kit, kit.buckets.captured, key)).transformToString();
  return text.split('\n').filter((line) => line !== '').length;
}
