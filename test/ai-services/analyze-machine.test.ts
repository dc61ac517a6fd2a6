import * as fc from 'fast-check';
import { definition, kit } from '../shared/kit';
import { calledWith, walk, type Answer, type Walk } from '../shared/walk';

const machine = () => definition('ai-services', kit('sandbox', { rooms: ['ai-services'] }));
const listing = (count: number) => Array.from({ length: count }, (_, i) => ({ Key: `documents/a/${i}.txt`, Size: 10 }));
const result: Answer = { result: { Payload: { result: 'documents/run-1/x.jsonl', analyzed: 25, refused: [] } } };

const analyze = (count: number, over: Record<string, Answer[]> = {}, input: object = { prefix: 'documents/a/' }) =>
  walk(machine(), input, {
    AnalyzeBatches: [{ result: listing(count) }],
    AnalyzeBatch: [result],
    CountDocuments: [{ result: { ItemCounts: { Total: count, Failed: 0 } } }],
    ...over,
  });
const batches = ({ calls }: Walk) =>
  calls.filter(({ state }) => state === 'AnalyzeBatch').map((call) => call.arguments.Payload);

test('documents below the prefix are analyzed in batches, whose results have a folder of the run', () => {
  const run = analyze(30);
  const [reader, writer] = run.calls;
  expect(reader).toMatchObject({
    resource: expect.stringMatching(/:s3:listObjectsV2$/),
    arguments: { Prefix: 'documents/a/' },
  });
  expect(writer).toMatchObject({
    resource: expect.stringMatching(/:s3:putObject$/),
    arguments: { Prefix: 'map-runs/run-1' },
  });
  expect(batches(run)[0].BatchInput).toEqual({ run: 'run-1', language: 'en' });
  expect(calledWith(run, 'CountDocuments')).toEqual({ MapRunArn: 'arn:map-run' });
  expect(run.output).toEqual({
    documents: 30,
    inFailedBatches: 0,
    results: expect.stringMatching(/^s3:\/\/.*\/documents\/run-1\/$/),
    mapRun: { Key: 'manifest.json' },
  });
});

test('no batch is larger than Comprehend takes, and none of the documents is lost', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 120 }), (count) => {
      const found = batches(analyze(count));
      expect(found.filter(({ Items }) => Items.length > 25)).toEqual([]);
      expect(found.flatMap(({ Items }) => Items)).toEqual(listing(count));
    }),
    { numRuns: 8 },
  );
});

test.each([
  ['without a prefix', {}],
  ['with a prefix outside the documents', { prefix: 'tables/flights/' }],
  ['with a prefix that is no text', { prefix: 7 }],
  ['in a language that Comprehend does not know', { prefix: 'documents/', language: 'sv' }],
])('an execution %s reads nothing and says what to send', (_, input) => {
  const run = analyze(1, {}, input);
  expect(run.path).not.toContain('AnalyzeBatches');
  expect(run.error?.Error).toBe('InvalidInput');
  expect(run.error?.Cause).toContain('send {"prefix": "documents/...", "language": "en"}');
  expect(calledWith(run, 'Alert').Message).toContain('InvalidInput');
});

test('a prefix without documents is a failure that names it', () => {
  expect(analyze(0).error).toEqual({
    Error: 'NoDocuments',
    Cause: 'the raw bucket has nothing below documents/a/: upload documents, or start with another prefix',
  });
});

test('a throttled batch is tried again; one of which nothing could be analyzed is not', () => {
  const throttled: Answer = { error: 'TooManyRequestsException' };
  expect(batches(analyze(25, { AnalyzeBatch: [throttled, throttled, result] }))).toHaveLength(1);
  expect(analyze(25, { AnalyzeBatch: [throttled, throttled, result] }).error).toBeUndefined();
  const nothing = analyze(25, { AnalyzeBatch: [{ error: 'NothingAnalyzed' }, result] });
  expect(nothing.error?.Error).toBe('States.ExceedToleratedFailureThreshold');
  expect(nothing.path).toContain('Alert');
});

test('failed batches are tolerated up to the configured percentage', () => {
  const oneOf = (count: number) => analyze(count, { AnalyzeBatch: [{ error: 'NothingAnalyzed' }, result] });
  expect(oneOf(250).error).toBeUndefined();
  expect(oneOf(225).error?.Error).toBe('States.ExceedToleratedFailureThreshold');
});
