import {
  BatchDetectEntitiesCommand,
  BatchDetectSentimentCommand,
  ComprehendClient,
  type BatchItemError,
} from '@aws-sdk/client-comprehend';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import * as fc from 'fast-check';
import type { handler as Handler } from '../../lambda/ai-services/analyze-documents';
import { documentOf, outcome } from '../../lambda/ai-services/analyze-documents/decide';
import type { Json } from '../shared/json';
import { denied, recordedLog, sdkError } from './ask';

process.env.RAW_BUCKET = 'raw';
process.env.ANSWERS_BUCKET = 'answers';
const { handler } = require('../../lambda/ai-services/analyze-documents') as { handler: typeof Handler };

const comprehend = mockClient(ComprehendClient);
const s3 = mockClient(S3Client);
let log: () => string;

const stored = (...texts: (string | Buffer)[]) =>
  texts.map((text, index) => {
    const Key = `documents/a/${index}.txt`;
    const bytes = Buffer.from(text as string);
    s3.on(GetObjectCommand, { Bucket: 'raw', Key }).resolves({
      Body: { transformToByteArray: () => Promise.resolve(new Uint8Array(bytes)) } as never,
    });
    return { Key, Size: bytes.length };
  });
const run = (Items: { Key: string; Size: number }[]) =>
  handler({ Items, BatchInput: { run: 'run-1', language: 'en' } });
const lines = (): Json[] =>
  String(s3.commandCalls(PutObjectCommand)[0]?.args[0].input.Body)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Answers as Comprehend does, with errors for some of the places. */
function answering(errors: BatchItemError[] = []) {
  const listed = (input: { TextList?: string[] }, found: (text: string) => object) => ({
    ResultList: (input.TextList ?? []).flatMap((text, Index) =>
      errors.some((error) => error.Index === Index) ? [] : [{ Index, ...found(text) }],
    ),
    ErrorList: errors,
  });
  comprehend
    .on(BatchDetectSentimentCommand)
    .callsFake((input) => listed(input, (text) => ({ Sentiment: text.includes('good') ? 'POSITIVE' : 'NEUTRAL' })));
  comprehend
    .on(BatchDetectEntitiesCommand)
    .callsFake((input) =>
      listed(input, () => ({ Entities: [{ Type: 'PERSON', Text: 'Ann', BeginOffset: 0, EndOffset: 3, Score: 1 }] })),
    );
}

beforeEach(() => {
  comprehend.reset();
  s3.reset();
  s3.on(PutObjectCommand).resolves({});
  answering();
  log = recordedLog();
});

afterEach(() => jest.restoreAllMocks());

test('a batch is two calls, and a line for each document without a word of it', async () => {
  expect(await run(stored('Ann is good', 'Ann is'))).toEqual({
    result: expect.stringMatching(/^documents\/run-1\/[0-9a-f]{16}\.jsonl$/),
    analyzed: 2,
    refused: [],
  });
  expect(comprehend.calls()).toHaveLength(2);
  expect(lines()).toMatchObject([
    { key: 'documents/a/0.txt', sentiment: 'POSITIVE', entities: [{ type: 'PERSON', begin: 0, end: 3 }] },
    { key: 'documents/a/1.txt', sentiment: 'NEUTRAL' },
  ]);
  expect(JSON.stringify(lines()) + log()).not.toContain('Ann');
});

test('a batch that is carried out again writes the same object', async () => {
  const items = stored('Ann');
  expect((await run(items)).result).toBe((await run(items)).result);
});

test('a document in the list of errors of a 200 is refused with its reason, and the others are kept', async () => {
  answering([{ Index: 1, ErrorCode: 'INTERNAL_SERVER_ERROR', ErrorMessage: 'try again' }]);
  const { analyzed, refused } = await run(stored('one', 'two', 'three'));
  expect(analyzed).toBe(2);
  expect(refused).toEqual([{ key: 'documents/a/1.txt', refused: 'INTERNAL_SERVER_ERROR: try again' }]);
  expect(lines().filter((line) => 'refused' in line)).toEqual(refused);
});

test('what the service would refuse the whole call for never reaches it', async () => {
  const items = stored('good', '', 'x'.repeat(5001), Buffer.from([0xc3, 0x28]), ' \n');
  const { analyzed, refused } = await run([...items, { Key: 'documents/a/', Size: 0 }]);
  expect(comprehend.commandCalls(BatchDetectSentimentCommand)[0]?.args[0].input.TextList).toEqual(['good']);
  expect(analyzed).toBe(1);
  expect(refused.map(({ key, refused: reason }) => `${key.at(-5)} ${reason}`)).toEqual([
    '1 is empty',
    expect.stringContaining('2 has 5001 bytes: a document of a batch may have 5000'),
    '3 is not UTF-8',
    '4 is blank',
  ]);
  // Too large and empty ones are known from the listing.
  expect(s3.commandCalls(GetObjectCommand)).toHaveLength(3);
});

test('an object that is gone since it was listed is refused, and the others are kept', async () => {
  const items = stored('one', 'two');
  s3.on(GetObjectCommand, { Bucket: 'raw', Key: items[1]!.Key }).rejects(sdkError('NoSuchKey'));
  expect(await run(items)).toMatchObject({
    analyzed: 1,
    refused: [{ key: items[1]!.Key, refused: expect.stringContaining('deleted') }],
  });
});

test('an object that grew since it was listed is refused by what was read', () => {
  expect(documentOf('k', Buffer.from('x'.repeat(5001)))).toHaveProperty('refused');
  expect(documentOf('k', Buffer.from('é'.repeat(2500)))).toHaveProperty('text');
});

test('a batch of which nothing could be analyzed writes the reasons and fails', async () => {
  await expect(run(stored('', ''))).rejects.toMatchObject({ name: 'NothingAnalyzed' });
  expect(lines()).toHaveLength(2);
  expect(comprehend.calls()).toHaveLength(0);
});

test('a batch of folders only has nothing to analyze, and nothing failed', async () => {
  expect(await run([{ Key: 'documents/a/', Size: 0 }])).toMatchObject({ analyzed: 0, refused: [] });
});

test.each([
  ['TooManyRequestsException', sdkError('TooManyRequestsException'), 'rate limit'],
  ['AccessDeniedException', denied('comprehend:BatchDetectSentiment'), 'may not call comprehend:BatchDetectSentiment'],
  ['InvalidRequestException', sdkError('InvalidRequestException', "Value 'Ann' is wrong"), 'did not take'],
])(
  'a failed call fails the batch as %s, by which the machine goes on, without the service’s words',
  async (name, error, message) => {
    comprehend.on(BatchDetectSentimentCommand).rejects(error);
    const failure = await run(stored('Ann')).catch((caught: Error) => caught);
    expect(failure).toMatchObject({ name, message: expect.stringContaining(message) });
    expect((failure as Error).message).not.toMatch(/Ann|123456789012/);
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
  },
);

test('every document of a call ends once, as analyzed or with a reason, whatever the service leaves out', () => {
  const indices = fc.uniqueArray(fc.nat(24));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 25 }), indices, indices, indices, (count, sentiments, entities, errors) => {
      const documents = Array.from({ length: count }, (_, i) => ({ key: `${i}`, text: 'x' }));
      const inCall = (list: number[]) => list.filter((i) => i < count).map((Index) => ({ Index }));
      const found = outcome(
        documents,
        { ResultList: inCall(sentiments), ErrorList: inCall(errors) },
        { ResultList: inCall(entities), ErrorList: [] },
      );
      expect(found.map(({ key }) => key)).toEqual(documents.map(({ key }) => key));
      const isAnalyzed = (i: number) => sentiments.includes(i) && entities.includes(i) && !errors.includes(i);
      expect(found.map((line) => !('refused' in line))).toEqual(documents.map((_, i) => isAnalyzed(i)));
    }),
  );
});
