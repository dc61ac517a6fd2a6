import { imageAnalyses, imageLimits, type ImageAnalysis } from '../../../lib/ai-services/limits';
import { inputs } from '../../../lib/ai-services/room';
import { fieldsOf, Refusal, someOf } from '../../shared/refusal';

export interface ImageRequest {
  /** The picture itself, or the key of an object in the raw bucket. */
  readonly image: { readonly bytes: Buffer } | { readonly key: string };
  readonly analyses: readonly ImageAnalysis[];
}

const SIGNATURES = {
  JPEG: Buffer.from([0xff, 0xd8, 0xff]),
  PNG: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
};
/** Number of leading bytes that identify the type of a picture. */
export const SIGNATURE_BYTES = 8;

/**
 * Parses a body: `{"bytes": "<base64>"}` or `{"key": "images/ramp.jpg"}`, with `"analyses": ["labels", "text"]`.
 * @throws Refusal
 */
export function decide(body: unknown): ImageRequest {
  const { bytes, key, analyses } = fieldsOf(body, ['bytes', 'key', 'analyses']);
  if ((bytes === undefined) === (key === undefined))
    throw new Refusal('body', bytes === undefined ? 'neither' : 'both', 'must have one of bytes and key');
  return {
    image: bytes === undefined ? { key: keyOf(key) } : { bytes: decoded(bytes) },
    analyses: analyses === undefined ? imageAnalyses : someOf('analyses', analyses, imageAnalyses),
  };
}

/**
 * Checks a picture's first bytes and size.
 * @throws Refusal
 */
export function check(field: 'bytes' | 'key', first: Uint8Array, size: number): void {
  const limit = field === 'bytes' ? imageLimits.inlineBytes : imageLimits.objectBytes;
  if (size > limit)
    throw new Refusal(
      field,
      `${size} bytes`,
      field === 'bytes'
        ? `may hold ${limit} bytes: upload a larger picture to the raw bucket below ${inputs.images} and send its key`
        : `may name an object of ${limit} bytes at most`,
    );
  if (!Object.values(SIGNATURES).some((signature) => signature.equals(first.subarray(0, signature.length))))
    throw new Refusal(
      field,
      `first bytes ${Buffer.from(first.subarray(0, SIGNATURE_BYTES)).toString('hex')}`,
      `must be a picture of type ${Object.keys(SIGNATURES).join(' or ')}`,
    );
}

function keyOf(key: unknown): string {
  if (typeof key !== 'string' || !key.startsWith(inputs.images) || key.length === inputs.images.length)
    throw new Refusal('key', key, `must name an object of the raw bucket below ${inputs.images}`);
  return key;
}

/** Node skips invalid base64 silently, so a corrupted picture would be analysed without an error: it is encoded again, and compared. */
function decoded(bytes: unknown): Buffer {
  const image = Buffer.from(typeof bytes === 'string' ? bytes : '', 'base64');
  if (image.length === 0 || image.toString('base64') !== bytes)
    throw new Refusal(
      'bytes',
      typeof bytes === 'string' ? `${bytes.length} characters` : typeof bytes,
      'must be base64',
    );
  check('bytes', image, image.length);
  return image;
}
