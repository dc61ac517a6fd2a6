/** Limits of the services and of the room; request models and handlers use them. */

/** Languages of DetectSentiment, DetectEntities and DetectKeyPhrases. */
export const languages = ['en', 'es', 'fr', 'de', 'it', 'pt', 'ar', 'hi', 'ja', 'ko', 'zh', 'zh-TW'] as const;
export type Language = (typeof languages)[number];

export const textAnalyses = ['sentiment', 'entities', 'keyPhrases', 'pii'] as const;
export type TextAnalysis = (typeof textAnalyses)[number];

interface TextLimit {
  /** UTF-8 bytes. */
  readonly bytes: number;
  readonly languages: readonly Language[];
}

/** "5 KB" is 5,000 bytes and not 5,120, according to Comprehend's refusal. The documentation of key phrases has "less than 100 KB". */
// #region limits
export const textLimits: Readonly<Record<TextAnalysis, TextLimit>> = {
  sentiment: { bytes: 5000, languages },
  entities: { bytes: 100_000, languages },
  keyPhrases: { bytes: 99_999, languages },
  // The other codes of the parameter are accepted by the type and refused by the service.
  pii: { bytes: 100_000, languages: ['en', 'es'] },
};
// #endregion limits

/** Characters that DetectDominantLanguage needs. */
export const MIN_CHARACTERS_TO_DETECT_LANGUAGE = 20;

/** Documents and UTF-8 bytes of each in one call of BatchDetectSentiment and BatchDetectEntities. */
export const batchLimits = { documents: 25, bytes: 5000 };

export const imageAnalyses = ['labels', 'text', 'moderation'] as const;
export type ImageAnalysis = (typeof imageAnalyses)[number];

const MIB = 1024 * 1024;
/** Lambda accepts 6 MiB; the API Gateway event around the body (headers, identity, request context) stays below this. */
const EVENT_BYTES = 64 * 1024;
export const imageLimits = {
  // #region limits
  /** Rekognition accepts 5 MiB and API Gateway 10 MiB; the smallest limit are Lambda's 6 MiB of base64: 4,669,440 bytes. */
  inlineBytes: ((6 * MIB - EVENT_BYTES) / 4) * 3,
  /** Rekognition's limit for an object in S3. */
  objectBytes: 15 * MIB,
  // #endregion limits
};

/** Voices that have both engines, with their language. Neural ones cost four times as much, and are missing in some Regions. */
export const voices = {
  Joanna: 'en-US',
  Matthew: 'en-US',
  Amy: 'en-GB',
  Lucia: 'es-ES',
  Lea: 'fr-FR',
  Vicki: 'de-DE',
} as const;
export type Voice = keyof typeof voices;
export const voiceNames = Object.keys(voices) as Voice[];
export const engines = ['standard', 'neural'] as const;
export const audioFormats = ['mp3', 'ogg_vorbis', 'pcm'] as const;
export type AudioFormat = (typeof audioFormats)[number];
export const speechMarks = ['sentence', 'word', 'viseme', 'ssml'] as const;

/** Characters of one SynthesizeSpeech: tags of SSML are not billed, but count in the total. */
export const speechLimits = { billed: 3000, total: 6000 };
