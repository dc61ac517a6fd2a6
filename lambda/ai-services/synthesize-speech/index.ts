/** `POST /speech`: converts text to audio and speech marks; both expire by their bucket's lifecycle rule. */
import { randomUUID } from 'node:crypto';
import { PollyClient, SynthesizeSpeechCommand, type SynthesizeSpeechInput } from '@aws-sdk/client-polly';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { HttpHandlerOptions } from '@smithy/types';
import { aiServices, answers } from '../../../lib/ai-services/room';
import { fill } from '../../../lib/shared/names';
import { requireEnv } from '../../shared/env';
import { serviceHandler } from '../../shared/service-handler';
import { decide } from './decide';

const bucket = requireEnv(aiServices.env.answersBucket);
const polly = new PollyClient({});
const s3 = new S3Client({});

/** Synthesizes into an object and returns its location. */
async function store(input: SynthesizeSpeechInput, key: string, options: HttpHandlerOptions) {
  const { AudioStream, ContentType, RequestCharacters } = await polly.send(new SynthesizeSpeechCommand(input), options);
  // An upload needs its length in advance; ten minutes, Polly's limit, are 19 MB of pcm.
  const Body = (await AudioStream?.transformToByteArray()) ?? new Uint8Array();
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentType }), options);
  return { uri: `s3://${bucket}/${key}`, bytes: Body.length, contentType: ContentType, characters: RequestCharacters };
}

export const handler = serviceHandler({
  source: 'polly',
  client: polly,
  refusals: {
    InvalidSsmlException: ['ssml', 'is not well-formed, or has a tag that the engine does not support'],
    TextLengthExceededException: ['text', 'is longer than the service takes'],
    EngineNotSupportedException: ['engine', 'is not offered for this voice in this Region: send "engine": "standard"'],
  },
  carryOut: async (body, options) => {
    const { audio, marks } = decide(body);
    const id = randomUUID();
    const [spoken, marked] = await Promise.all([
      store(audio, fill(answers.speech, { id, format: audio.OutputFormat }), options),
      marks && store(marks, fill(answers.speechMarks, { id }), options),
    ]);
    return { audio: spoken, ...(marked && { marks: marked }) };
  },
});
