import {
  ComprehendClient,
  DetectDominantLanguageCommand,
  DetectEntitiesCommand,
  DetectKeyPhrasesCommand,
  DetectPiiEntitiesCommand,
  DetectSentimentCommand,
} from '@aws-sdk/client-comprehend';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../lambda/ai-services/analyze-text';
import { decide } from '../../lambda/ai-services/analyze-text/decide';
import { ask, denied, recordedLog, sdkError } from './ask';

const comprehend = mockClient(ComprehendClient);
const text = '😀 Ann Smith flew from Newark with United';
const place = <const Type>(of: string, type: Type) => {
  const BeginOffset = [...text.slice(0, text.indexOf(of))].length;
  return { Type: type, BeginOffset, EndOffset: BeginOffset + [...of].length, Score: 0.9 };
};
let log: () => string;

beforeEach(() => {
  comprehend.reset();
  comprehend.on(DetectDominantLanguageCommand).resolves({ Languages: [{ LanguageCode: 'en', Score: 0.99 }] });
  comprehend.on(DetectSentimentCommand).resolves({ Sentiment: 'NEUTRAL', SentimentScore: { Neutral: 0.9 } });
  comprehend.on(DetectEntitiesCommand).resolves({
    Entities: [
      { ...place('Ann Smith', 'PERSON'), Text: 'Ann Smith' },
      { ...place('Newark', 'LOCATION'), Text: 'Newark' },
    ],
  });
  comprehend.on(DetectKeyPhrasesCommand).resolves({ KeyPhrases: [place('Smith flew', undefined)] });
  comprehend.on(DetectPiiEntitiesCommand).resolves({ Entities: [place('Ann Smith', 'NAME')] });
  log = recordedLog();
});

afterEach(() => jest.restoreAllMocks());

test('a text comes back masked, and so does every word of what was found in it', async () => {
  const { status, body } = await ask(handler, { text });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    source: 'comprehend',
    language: 'en',
    sentiment: { label: 'NEUTRAL', scores: { Neutral: 0.9 } },
    entities: [
      { type: 'PERSON', text: '[NAME]', begin: 2, end: 11 },
      { type: 'LOCATION', text: 'Newark', begin: 22, end: 28 },
    ],
    keyPhrases: [{ text: '[NAME] flew' }],
    pii: ['NAME'],
    text: '😀 [NAME] flew from Newark with United',
  });
  expect(JSON.stringify(body)).not.toMatch(/Ann|Smith/);
});

test('a language that is sent is not detected, and what is not asked for is not called', async () => {
  const { body } = await ask(handler, { text, language: 'en', analyses: ['sentiment'] });
  expect(comprehend.calls()).toHaveLength(1);
  expect(Object.keys(body).sort()).toEqual(['language', 'sentiment', 'source']);
});

test('without the search for personal data nothing of the text is repeated', async () => {
  const { body } = await ask(handler, { text, analyses: ['entities', 'keyPhrases'] });
  expect(body.entities[1]).toEqual({ type: 'LOCATION', begin: 22, end: 28, score: 0.9 });
  expect(JSON.stringify(body)).not.toMatch(/Newark|flew/);
});

test.each([
  ['nothing', {}, 'text', 'must be a string'],
  ['blanks', { text: ' \n' }, 'text', 'must not be blank'],
  ['half of a pair of surrogates', { text: 'Ann \ud83d' }, 'text', 'well-formed'],
  ['5,001 bytes', { text: `${'é'.repeat(2500)}.`, language: 'en' }, 'text', '5000 bytes of UTF-8 for sentiment'],
  ['100,001 bytes', { text: 'x'.repeat(100_001), language: 'en', analyses: ['pii'] }, 'text', '100000 bytes'],
  ['too little to detect its language', { text: 'Hi' }, 'language', 'less than 20 characters'],
  ['an unknown language', { text, language: 'sv' }, 'language', 'one of en, es,'],
  ['a language without personal data', { text, language: 'de' }, 'language', 'pii, which knows en, es'],
  ['an unknown analysis', { text, analyses: ['syntax'] }, 'analyses', 'one of sentiment,'],
  ['no analysis', { text, analyses: [] }, 'analyses', 'a list of one or more'],
  ['an unknown field', { text, lang: 'en' }, 'lang', 'is not one of text, language, analyses'],
  ['a list', [text], 'body', 'must be a JSON object'],
])('%s is refused with the field and the rule, before any call', async (_, request, field, rule) => {
  const { status, body } = await ask(handler, request);
  expect(status).toBe(400);
  expect(body.field).toBe(field);
  expect(body.message).toContain(rule);
  expect(body).toHaveProperty('value');
  expect(comprehend.calls()).toHaveLength(0);
});

test('the limits are inclusive', () => {
  expect(decide({ text: 'é'.repeat(2500) }).text).toHaveLength(2500);
  expect(decide({ text: 'x'.repeat(100_000), analyses: ['pii', 'entities'] }).text).toHaveLength(100_000);
  expect(decide({ text: 'x'.repeat(20) }).language).toBeUndefined();
});

test('a text is described and not repeated where it is refused', async () => {
  const { body } = await ask(handler, { text: `Ann Smith ${'x'.repeat(5000)}` });
  expect(body.value).toBe('"5010 bytes"');
});

test('a detected language that an analysis does not know is refused by its name', async () => {
  comprehend.on(DetectDominantLanguageCommand).resolves({ Languages: [{ LanguageCode: 'sv' }] });
  expect(await ask(handler, { text })).toMatchObject({ status: 400, body: { field: 'language', value: '"sv"' } });
});

test('a body that is not JSON is refused without a word of it', async () => {
  const { status, body } = await ask(handler, 'Ann Smith');
  expect(status).toBe(400);
  expect(JSON.stringify(body)).not.toContain('Ann');
});

describe('a failed call', () => {
  const failing = (error: Error) => comprehend.on(DetectPiiEntitiesCommand).rejects(error);

  test('at the rate limit is a 429 that says when to come again', async () => {
    failing(sdkError('TooManyRequestsException'));
    const { status, headers, body } = await ask(handler, { text });
    expect({ status, retry: headers['Retry-After'] }).toEqual({ status: 429, retry: '3' });
    expect(body.message).toContain('TooManyRequestsException');
  });

  test('of a failing service is a 503 that says when to come again', async () => {
    failing(sdkError('InternalServerException', 'oops', 500));
    expect(await ask(handler, { text })).toMatchObject({ status: 503, headers: { 'Retry-After': '3' } });
  });

  test('that is denied is a 500 that names the action and not the account', async () => {
    failing(denied('comprehend:DetectPiiEntities'));
    const { status, body } = await ask(handler, { text });
    expect(status).toBe(500);
    expect(body.message).toContain('may not call comprehend:DetectPiiEntities');
    expect(JSON.stringify(body)).not.toContain('123456789012');
  });

  test('that takes longer than API Gateway waits is a 504', async () => {
    failing(sdkError('AbortError'));
    expect(await ask(handler, { text })).toMatchObject({ status: 504 });
  });

  test.each([
    ['TextSizeLimitExceededException', 'text'],
    ['UnsupportedLanguageException', 'language'],
  ])('%s is the fault of %s', async (name, field) => {
    failing(sdkError(name));
    expect(await ask(handler, { text })).toMatchObject({ status: 400, body: { field } });
  });

  test('of a kind that nobody foresaw repeats nothing of the text, in the answer or in the log', async () => {
    failing(sdkError('InvalidRequestException', `Value '${text}' at 'text' failed to satisfy constraint`));
    const { status, body } = await ask(handler, { text });
    expect(status).toBe(502);
    expect(JSON.stringify(body) + log()).not.toMatch(/Ann|Newark/);
    expect(log()).toContain('request-1');
  });
});

test('nothing is logged of a text that is analyzed or refused', async () => {
  await ask(handler, { text });
  await ask(handler, { text, language: 'de' });
  expect(log()).toBe('');
});
