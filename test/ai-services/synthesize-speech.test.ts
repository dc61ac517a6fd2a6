import { PollyClient, SynthesizeSpeechCommand } from '@aws-sdk/client-polly';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import type { handler as Handler } from '../../lambda/ai-services/synthesize-speech';
import { decide } from '../../lambda/ai-services/synthesize-speech/decide';
import { voiceNames } from '../../lib/ai-services/limits';
import { ask, denied, recordedLog, sdkError } from './ask';

process.env.ANSWERS_BUCKET = 'answers';
const { handler } = require('../../lambda/ai-services/synthesize-speech') as { handler: typeof Handler };

const polly = mockClient(PollyClient);
const s3 = mockClient(S3Client);
const text = 'Flight 1545 boards at gate 7.';
const spoken = (content: string, ContentType: string) => ({
  AudioStream: { transformToByteArray: () => Promise.resolve(Buffer.from(content)) } as never,
  ContentType,
  RequestCharacters: text.length,
});

beforeEach(() => {
  polly.reset();
  s3.reset();
  polly.on(SynthesizeSpeechCommand).resolves(spoken('audio', 'audio/mpeg'));
  polly
    .on(SynthesizeSpeechCommand, { OutputFormat: 'json' })
    .resolves(spoken('{"type":"word"}\n', 'application/x-json-stream'));
  s3.on(PutObjectCommand).resolves({});
  recordedLog();
});

afterEach(() => jest.restoreAllMocks());

test('a text becomes audio in the bucket, by the cheaper engine', async () => {
  const { status, body } = await ask(handler, { text });
  expect(status).toBe(200);
  expect(polly.calls().map(({ args }) => args[0].input)).toEqual([
    { Text: text, TextType: 'text', VoiceId: 'Joanna', Engine: 'standard', OutputFormat: 'mp3' },
  ]);
  const put = s3.commandCalls(PutObjectCommand)[0]!.args[0].input;
  expect(put).toMatchObject({ Bucket: 'answers', ContentType: 'audio/mpeg' });
  expect(put.Key).toMatch(/^speech\/[0-9a-f-]{36}\.mp3$/);
  expect(body).toEqual({
    source: 'polly',
    audio: { uri: `s3://answers/${put.Key}`, bytes: 5, contentType: 'audio/mpeg', characters: text.length },
  });
});

test('speech marks lie beside the audio as JSON lines', async () => {
  const { body } = await ask(handler, {
    ssml: `<speak>${text}</speak>`,
    marks: ['word', 'ssml'],
    format: 'pcm',
    voice: 'Amy',
  });
  const [audio, marks] = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input.Key!);
  expect(marks).toBe(audio!.replace('.pcm', '.marks.jsonl'));
  expect(body.marks).toMatchObject({ uri: `s3://answers/${marks}`, contentType: 'application/x-json-stream' });
  expect(polly.calls()[1]!.args[0].input).toMatchObject({
    TextType: 'ssml',
    VoiceId: 'Amy',
    OutputFormat: 'json',
    SpeechMarkTypes: ['word', 'ssml'],
  });
});

test.each([
  ['neither', {}, 'body', 'one of text and ssml'],
  ['both', { text, ssml: '<speak/>' }, 'body', 'one of text and ssml'],
  ['3,001 characters', { text: '😀'.repeat(3001) }, 'text', 'may have 3000 characters'],
  ['3,001 characters between tags', { ssml: `<speak>${'x'.repeat(3001)}</speak>` }, 'ssml', '3000 characters'],
  ['6,001 characters with tags', { ssml: `<speak>x${'<break/>'.repeat(749)}</speak>` }, 'ssml', '6000 with its tags'],
  ['tags alone', { ssml: '<speak><break time="1s"/></speak>' }, 'ssml', 'something to say'],
  ['a voice that the room does not have', { text, voice: 'Ivy' }, 'voice', `one of ${voiceNames.join(', ')}`],
  ['an engine that the room does not have', { text, engine: 'generative' }, 'engine', 'one of standard, neural'],
  ['an unknown format', { text, format: 'wav' }, 'format', 'one of mp3, ogg_vorbis, pcm'],
  ['marks of SSML without SSML', { text, marks: ['ssml'] }, 'marks', 'need a request with ssml'],
])('%s is refused before any call', async (_, request, field, rule) => {
  const { status, body } = await ask(handler, request);
  expect(status).toBe(400);
  expect(body.field).toBe(field);
  expect(body.message).toContain(rule);
  expect(polly.calls()).toHaveLength(0);
});

test('tags are not billed, and the limits are inclusive', () => {
  const markup = '<speak></speak>';
  expect(decide({ ssml: `<speak>${'x'.repeat(3000)}</speak>` }).audio.Text).toHaveLength(3000 + markup.length);
  expect(decide({ text: '😀'.repeat(3000) }).audio.TextType).toBe('text');
});

test.each([
  ['InvalidSsmlException', 400, 'ssml is not well-formed'],
  ['TextLengthExceededException', 400, 'text is longer'],
  ['EngineNotSupportedException', 400, 'engine is not offered'],
  ['ThrottlingException', 429, 'rate limit'],
])('%s of the service is a %i', async (name, status, message) => {
  polly.on(SynthesizeSpeechCommand).rejects(sdkError(name));
  const answered = await ask(handler, { text });
  expect(answered.status).toBe(status);
  expect(answered.body.message).toContain(message);
  expect(s3.calls()).toHaveLength(0);
});

test('a denied upload is a 500 that names the action', async () => {
  s3.on(PutObjectCommand).rejects(denied('s3:PutObject'));
  expect(await ask(handler, { text })).toMatchObject({
    status: 500,
    body: { message: expect.stringContaining('s3:PutObject') },
  });
});
