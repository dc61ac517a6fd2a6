import {
  DetectLabelsCommand,
  DetectModerationLabelsCommand,
  DetectTextCommand,
  RekognitionClient,
} from '@aws-sdk/client-rekognition';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import type { handler as Handler } from '../../lambda/ai-services/analyze-image';
import { imageLimits } from '../../lib/ai-services/limits';
import { ask, denied, recordedLog, sdkError } from './ask';

process.env.RAW_BUCKET = 'raw';
const { handler } = require('../../lambda/ai-services/analyze-image') as { handler: typeof Handler };

const rekognition = mockClient(RekognitionClient);
const s3 = mockClient(S3Client);
const jpeg = (bytes: number) => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(bytes - 4)]);
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00]);
const gif = Buffer.from('GIF89a..');
const inline = (image: Buffer) => ({ bytes: image.toString('base64') });
const storedObject = (first: Buffer, size: number) =>
  s3.on(GetObjectCommand).resolves({
    Body: { transformToByteArray: () => Promise.resolve(new Uint8Array(first.subarray(0, 8))) } as never,
    ContentRange: `bytes 0-7/${size}`,
  });
const key = 'images/ramp.jpg';

beforeEach(() => {
  rekognition.reset();
  s3.reset();
  rekognition
    .on(DetectLabelsCommand)
    .resolves({ Labels: [{ Name: 'Airplane', Confidence: 98, Parents: [{ Name: 'Vehicle' }] }] });
  rekognition.on(DetectTextCommand).resolves({
    TextDetections: [
      { DetectedText: 'UA 1545', Type: 'LINE', Confidence: 99, Geometry: { BoundingBox: { Left: 0.1 } } },
      { DetectedText: 'UA', Type: 'WORD', Confidence: 99 },
    ],
  });
  rekognition
    .on(DetectModerationLabelsCommand)
    .resolves({ ModerationLabels: [{ Name: 'Alcohol', ParentName: '', Confidence: 60 }] });
  recordedLog();
});

afterEach(() => jest.restoreAllMocks());

test('a picture of the request is looked at in three ways', async () => {
  const { status, body } = await ask(handler, inline(png));
  expect(status).toBe(200);
  expect(body).toEqual({
    source: 'rekognition',
    labels: [{ name: 'Airplane', confidence: 98, parents: ['Vehicle'] }],
    text: [{ line: 'UA 1545', confidence: 99, box: { Left: 0.1 } }],
    moderation: [{ name: 'Alcohol', parent: '', confidence: 60 }],
  });
  expect(rekognition.commandCalls(DetectTextCommand)[0]?.args[0].input.Image).toEqual({ Bytes: png });
  expect(s3.calls()).toHaveLength(0);
});

test('an object is read by the service itself, after a look at its first bytes and its size', async () => {
  storedObject(jpeg(100), imageLimits.objectBytes);
  const { status } = await ask(handler, { key, analyses: ['labels'] });
  expect(status).toBe(200);
  expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toEqual({ Bucket: 'raw', Key: key, Range: 'bytes=0-7' });
  expect(rekognition.calls().map(({ args }) => args[0].input)).toEqual([
    { Image: { S3Object: { Bucket: 'raw', Name: key } } },
  ]);
});

test.each([
  ['neither', {}, 'body', 'one of bytes and key'],
  ['both', { ...inline(png), key }, 'body', 'one of bytes and key'],
  ['no base64', { bytes: 'no picture!' }, 'bytes', 'must be base64'],
  ['base64 that lost a character', { bytes: png.toString('base64').slice(1) }, 'bytes', 'must be base64'],
  ['another type', inline(gif), 'bytes', 'JPEG or PNG; received "first bytes 4749463839612e2e"'],
  ['a key elsewhere', { key: 'tables/flights/flights.csv' }, 'key', 'below images/'],
  ['a folder', { key: 'images/' }, 'key', 'below images/'],
  ['an unknown analysis', { key, analyses: ['faces'] }, 'analyses', 'one of labels, text, moderation'],
])('%s is refused before any call', async (_, request, field, rule) => {
  const { status, body } = await ask(handler, request);
  expect(status).toBe(400);
  expect(body.field).toBe(field);
  expect(body.message).toContain(rule);
  expect([...rekognition.calls(), ...s3.calls()]).toHaveLength(0);
});

test('a picture of the request may be as large as Lambda lets it be, which is less than Rekognition takes', async () => {
  const { inlineBytes } = imageLimits;
  expect(inlineBytes).toBeLessThan(5 * 1024 * 1024);
  // The event that brings it: base64, and 64 KiB for everything else.
  expect((inlineBytes / 3) * 4 + 64 * 1024).toBe(6 * 1024 * 1024);
  expect(await ask(handler, inline(jpeg(inlineBytes)))).toMatchObject({ status: 200 });
  const { status, body } = await ask(handler, inline(jpeg(inlineBytes + 1)));
  expect(status).toBe(400);
  expect(body.message).toContain('upload a larger picture to the raw bucket below images/');
});

test.each([
  ['too large', jpeg(100), imageLimits.objectBytes + 1, 'at most'],
  ['of another type', gif, 100, 'JPEG or PNG'],
])('an object that is %s is refused before the service is called', async (_, first, size, rule) => {
  storedObject(first, size);
  const { status, body } = await ask(handler, { key });
  expect({ status, field: body.field }).toEqual({ status: 400, field: 'key' });
  expect(body.message).toContain(rule);
  expect(rekognition.calls()).toHaveLength(0);
});

test.each(['NoSuchKey', 'InvalidRange'])('an object that is absent or empty (%s) is named', async (name) => {
  s3.on(GetObjectCommand).rejects(sdkError(name));
  expect(await ask(handler, { key })).toMatchObject({ status: 400, body: { field: 'key', value: `"${key}"` } });
});

test.each([
  ['InvalidImageFormatException', 400, 'image cannot be decoded'],
  ['ImageTooLargeException', 400, 'image is larger'],
  ['InvalidParameterException', 400, 'image is not taken'],
  ['InvalidS3ObjectException', 400, 'key cannot be read'],
  ['ProvisionedThroughputExceededException', 429, 'rate limit'],
])('%s of the service is a %i', async (name, status, message) => {
  rekognition.on(DetectLabelsCommand).rejects(sdkError(name));
  const answered = await ask(handler, inline(png));
  expect(answered.status).toBe(status);
  expect(answered.body.message).toContain(message);
});

test('a denied call is a 500 that names the action', async () => {
  rekognition.on(DetectLabelsCommand).rejects(denied('rekognition:DetectLabels'));
  expect(await ask(handler, inline(png))).toMatchObject({
    status: 500,
    body: { message: expect.stringContaining('rekognition:DetectLabels') },
  });
});
