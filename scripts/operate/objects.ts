/** Objects of a deployed kit's buckets: which there are, and what they hold. */
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { DeployedKit } from './deployed-kit';

type Client = Pick<DeployedKit, 's3'>;

/** Every key with this prefix, in S3's order. */
export async function keysOf({ s3: client }: Client, Bucket: string, Prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
    keys.push(...Contents.map(({ Key }) => Key!));
  return keys;
}

/** The content of an object, to be taken as text, bytes or a stream. */
export async function bodyOf({ s3 }: Client, Bucket: string, Key: string) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Body!;
}

export async function readObject<T>(client: Client, bucket: string, key: string): Promise<T> {
  return JSON.parse(await (await bodyOf(client, bucket, key)).transformToString()) as T;
}

/** @param uri `s3://<bucket>/<key>` */
export function readUri<T>(client: Client, uri: string): Promise<T> {
  const { host, pathname } = new URL(uri);
  return readObject<T>(client, host, pathname.slice(1));
}
