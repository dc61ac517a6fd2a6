import type {
  DetectEntitiesResponse,
  DetectKeyPhrasesResponse,
  DetectPiiEntitiesResponse,
  DetectSentimentResponse,
} from '@aws-sdk/client-comprehend';
import { masked, type Span } from './mask';

/** Comprehend's results; undefined for an analysis that was not requested. */
export interface Found {
  readonly sentiment?: DetectSentimentResponse;
  readonly entities?: DetectEntitiesResponse;
  readonly keyPhrases?: DetectKeyPhrasesResponse;
  readonly pii?: DetectPiiEntitiesResponse;
}

interface Place {
  readonly BeginOffset?: number;
  readonly EndOffset?: number;
  readonly Type?: string;
  readonly Score?: number;
}

/**
 * The answer. Offsets refer to the text as sent. Words of the text appear only when personal data was analysed, and then masked; otherwise
 * entities and key phrases are offsets alone.
 */
export function compose(text: string, language: string, { sentiment, entities, keyPhrases, pii }: Found): object {
  const spans = pii?.Entities?.map(spanOf);
  const placed = (place: Place) => ({
    ...(place.Type === undefined ? {} : { type: place.Type }),
    ...(spans === undefined ? {} : { text: masked(text, spans, place.BeginOffset, place.EndOffset) }),
    begin: place.BeginOffset,
    end: place.EndOffset,
    score: place.Score,
  });
  return {
    language,
    ...(sentiment && { sentiment: { label: sentiment.Sentiment, scores: sentiment.SentimentScore } }),
    ...(entities && { entities: (entities.Entities ?? []).map(placed) }),
    ...(keyPhrases && { keyPhrases: (keyPhrases.KeyPhrases ?? []).map(placed) }),
    ...(spans && { pii: [...new Set(spans.map(({ type }) => type))].sort(), text: masked(text, spans) }),
  };
}

const spanOf = ({ BeginOffset, EndOffset, Type }: Place): Span => ({
  begin: BeginOffset ?? 0,
  end: EndOffset ?? 0,
  type: Type ?? 'UNKNOWN',
});
