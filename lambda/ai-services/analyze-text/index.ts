/** `POST /text`: Comprehend's findings in a text, which is never logged and returned masked only. */
import {
  ComprehendClient,
  DetectDominantLanguageCommand,
  DetectEntitiesCommand,
  DetectKeyPhrasesCommand,
  DetectPiiEntitiesCommand,
  DetectSentimentCommand,
} from '@aws-sdk/client-comprehend';
import { serviceHandler } from '../../shared/service-handler';
import { compose } from './compose';
import { decide, supported } from './decide';

const comprehend = new ComprehendClient({});

export const handler = serviceHandler({
  source: 'comprehend',
  client: comprehend,
  refusals: {
    TextSizeLimitExceededException: ['text', 'is longer than the service takes'],
    UnsupportedLanguageException: ['language', 'is not supported by one of the analyses'],
  },
  carryOut: async (body, options) => {
    const { text, analyses, language } = decide(body);
    const LanguageCode =
      language ??
      supported(
        (await comprehend.send(new DetectDominantLanguageCommand({ Text: text }), options)).Languages?.[0]
          ?.LanguageCode,
        analyses,
      );
    const wants = new Set(analyses);
    const input = { Text: text, LanguageCode };
    const [sentiment, entities, keyPhrases, pii] = await Promise.all([
      wants.has('sentiment') ? comprehend.send(new DetectSentimentCommand(input), options) : undefined,
      wants.has('entities') ? comprehend.send(new DetectEntitiesCommand(input), options) : undefined,
      wants.has('keyPhrases') ? comprehend.send(new DetectKeyPhrasesCommand(input), options) : undefined,
      wants.has('pii') ? comprehend.send(new DetectPiiEntitiesCommand(input), options) : undefined,
    ]);
    return compose(text, LanguageCode, { sentiment, entities, keyPhrases, pii });
  },
});
