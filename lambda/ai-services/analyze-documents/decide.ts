import type {
  BatchDetectEntitiesResponse,
  BatchDetectSentimentResponse,
  BatchItemError,
} from '@aws-sdk/client-comprehend';
import { batchLimits } from '../../../lib/ai-services/limits';

/** An object in the state machine's list. */
export interface Listed {
  readonly Key: string;
  readonly Size: number;
}

export interface Document {
  readonly key: string;
  readonly text: string;
}

export interface Refused {
  readonly key: string;
  readonly refused: string;
}

/** A line of the result. It has the positions of entities without their words, so that the document stays the only copy of its text. */
export interface Analyzed {
  readonly key: string;
  readonly sentiment: string | undefined;
  readonly scores: object | undefined;
  readonly entities: readonly { type?: string; begin?: number; end?: number; score?: number }[];
}

/** Consoles create empty objects for folders; they are not documents. */
export const isDocument = ({ Key }: Listed): boolean => !Key.endsWith('/');

/** Why an object of this size is not read: one text that is too long makes the service refuse the whole call. */
export function refusedBySize(bytes: number): string | undefined {
  if (bytes === 0) return 'is empty';
  if (bytes > batchLimits.bytes)
    return `has ${bytes} bytes: a document of a batch may have ${batchLimits.bytes}, send it in parts`;
  return undefined;
}

/** The document in an object, or the reason why it is not one. */
export function documentOf(key: string, bytes: Uint8Array): Document | Refused {
  const refused = refusedBySize(bytes.length);
  if (refused !== undefined) return { key, refused };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.trim() === '' ? { key, refused: 'is blank' } : { key, text };
  } catch {
    return { key, refused: 'is not UTF-8' };
  }
}

/** Every document once: as analyzed when both calls succeeded, otherwise with the service's reason. */
export function outcome(
  documents: readonly Document[],
  sentiments: BatchDetectSentimentResponse,
  entities: BatchDetectEntitiesResponse,
): (Analyzed | Refused)[] {
  const errors = [...(sentiments.ErrorList ?? []), ...(entities.ErrorList ?? [])];
  return documents.map(({ key }, index) => {
    const error = errors.find(({ Index }) => Index === index);
    const sentiment = sentiments.ResultList?.find(({ Index }) => Index === index);
    const found = entities.ResultList?.find(({ Index }) => Index === index);
    if (error !== undefined || sentiment === undefined || found === undefined) return { key, refused: reasonOf(error) };
    return {
      key,
      sentiment: sentiment.Sentiment,
      scores: sentiment.SentimentScore,
      entities: (found.Entities ?? []).map(({ Type, BeginOffset, EndOffset, Score }) => ({
        type: Type,
        begin: BeginOffset,
        end: EndOffset,
        score: Score,
      })),
    };
  });
}

const reasonOf = (error: BatchItemError | undefined): string =>
  error === undefined ? 'the service left it out of its answer' : `${error.ErrorCode}: ${error.ErrorMessage}`;
