import { ComprehendClient, DetectSentimentCommand } from '@aws-sdk/client-comprehend';
import { serviceHandler } from '../../lambda/shared/service-handler';
import { STAND_IN_HEADER } from '../../lib/shared/names';
import { ask } from '../ai-services/ask';

/** A client whose requests are answered here, headers and all. */
function answered(headers: Record<string, string>) {
  const requestHandler = {
    handle: () =>
      Promise.resolve({
        response: { statusCode: 200, headers, body: Buffer.from('{"Sentiment":"MIXED"}') },
      }),
  };
  return new ComprehendClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: requestHandler as never,
  });
}

function serving(headers: Record<string, string>) {
  const client = answered(headers);
  return serviceHandler({
    source: 'comprehend',
    client,
    refusals: {},
    carryOut: async () => {
      const { Sentiment } = await client.send(new DetectSentimentCommand({ Text: 'x', LanguageCode: 'en' }));
      return { Sentiment };
    },
  });
}

const json = { 'content-type': 'application/x-amz-json-1.1' };

test('the mark of a stand-in reaches the answer', async () => {
  const { headers, body } = await ask(serving({ ...json, [STAND_IN_HEADER]: 'stand-in' }), {});
  expect(headers[STAND_IN_HEADER]).toBe('stand-in');
  expect(body).toEqual({ source: 'comprehend', Sentiment: 'MIXED' });
});

test('an answer of the service bears no mark, nor does one after an answer that did', async () => {
  expect((await ask(serving(json), {})).headers).not.toHaveProperty(STAND_IN_HEADER);
  const headers: Record<string, string> = { ...json, [STAND_IN_HEADER]: 'stand-in' };
  const handler = serving(headers);
  await ask(handler, {});
  delete headers[STAND_IN_HEADER];
  expect((await ask(handler, {})).headers).not.toHaveProperty(STAND_IN_HEADER);
});
