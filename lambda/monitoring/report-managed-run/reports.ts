/** Reads outputs of monitoring runs and labels from S3. */
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { fill, layout } from '../../../lib/shared/names';
import { collectionDays } from './decide';

/** A JSON object, or undefined when it does not exist. */
export async function readJson<T>(s3: S3Client, Bucket: string, Key: string): Promise<T | undefined> {
  const text = await read(s3, Bucket, Key);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

/** `s3://bucket/key/` as bucket and key. */
export function place(uri: string): { bucket: string; prefix: string } {
  const { hostname: bucket, pathname } = new URL(uri);
  return { bucket, prefix: `${pathname.slice(1).replace(/\/$/, '')}/` };
}

/** Number of files in memory at once; a year of labels is 50 MB. */
const AT_ONCE = 10;

/** Labelled rows of events in `[from, to)`; files have one line per label. */
export async function countLabels(
  s3: S3Client,
  bucket: string,
  from: string,
  to: string,
  delayDays: number,
): Promise<number> {
  const keys = collectionDays(from, to, delayDays).map((day) => {
    const [yyyy, mm, dd] = day.split('-') as [string, string, string];
    return fill(layout.raw.groundTruth, { yyyy, mm, dd });
  });
  let rows = 0;
  for (let first = 0; first < keys.length; first += AT_ONCE) {
    const files = await Promise.all(keys.slice(first, first + AT_ONCE).map((key) => read(s3, bucket, key)));
    for (const text of files) rows += (text ?? '').split('\n').filter((line) => line.trim() !== '').length;
  }
  return rows;
}

async function read(s3: S3Client, Bucket: string, Key: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return await Body?.transformToString();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
