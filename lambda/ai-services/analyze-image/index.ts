/** `POST /image`: Rekognition's findings in a picture of the request, or of the raw bucket. */
import {
  DetectLabelsCommand,
  DetectModerationLabelsCommand,
  DetectTextCommand,
  RekognitionClient,
  type Image,
} from '@aws-sdk/client-rekognition';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { HttpHandlerOptions } from '@smithy/types';
import { dataLake } from '../../../lib/data-lake/room';
import { requireEnv } from '../../shared/env';
import { Refusal } from '../../shared/refusal';
import { serviceHandler } from '../../shared/service-handler';
import { compose } from './compose';
import { check, decide, SIGNATURE_BYTES } from './decide';

const bucket = requireEnv(dataLake.env.rawBucket);
const rekognition = new RekognitionClient({});
const s3 = new S3Client({});

/** The object, which Rekognition reads with the function's permissions; its size and type are checked first. */
async function objectOf(key: string, options: HttpHandlerOptions): Promise<Image> {
  const object = { Bucket: bucket, Key: key };
  const first = await s3
    .send(new GetObjectCommand({ ...object, Range: `bytes=0-${SIGNATURE_BYTES - 1}` }), options)
    .catch((error: unknown) => {
      // An empty object has no first byte.
      if (/^(NoSuchKey|InvalidRange)$/.test((error as Error).name))
        throw new Refusal('key', key, 'names no picture: upload it to the raw bucket first');
      throw error;
    });
  // `bytes 0-7/12345`
  const size = Number(first.ContentRange?.split('/')[1]);
  check('key', (await first.Body?.transformToByteArray()) ?? new Uint8Array(), size);
  return { S3Object: { Bucket: bucket, Name: key } };
}

export const handler = serviceHandler({
  source: 'rekognition',
  client: rekognition,
  refusals: {
    InvalidImageFormatException: ['image', 'cannot be decoded'],
    ImageTooLargeException: ['image', 'is larger than the service takes, in bytes or in pixels'],
    InvalidParameterException: ['image', 'is not taken by the service: a side must have 80 pixels at least'],
    InvalidS3ObjectException: ['key', 'cannot be read by the service: the bucket must be in its Region'],
  },
  carryOut: async (body, options) => {
    const { image, analyses } = decide(body);
    const input = { Image: 'key' in image ? await objectOf(image.key, options) : { Bytes: image.bytes } };
    const wants = new Set(analyses);
    const [labels, text, moderation] = await Promise.all([
      wants.has('labels') ? rekognition.send(new DetectLabelsCommand(input), options) : undefined,
      wants.has('text') ? rekognition.send(new DetectTextCommand(input), options) : undefined,
      wants.has('moderation') ? rekognition.send(new DetectModerationLabelsCommand(input), options) : undefined,
    ]);
    return compose({ labels, text, moderation });
  },
});
