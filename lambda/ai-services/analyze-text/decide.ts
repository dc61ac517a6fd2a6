import {
  languages,
  MIN_CHARACTERS_TO_DETECT_LANGUAGE,
  textAnalyses,
  textLimits,
  type Language,
  type TextAnalysis,
} from '../../../lib/ai-services/limits';
import { fieldsOf, oneOf, Refusal, someOf, written } from '../../shared/refusal';

export interface TextRequest {
  readonly text: string;
  /** Undefined when Comprehend detects the language. */
  readonly language?: Language;
  readonly analyses: readonly TextAnalysis[];
}

/**
 * Parses a body: `{"text": "…", "language": "en", "analyses": ["sentiment", "pii"]}`.
 * @throws Refusal
 */
export function decide(body: unknown): TextRequest {
  const fields = fieldsOf(body, ['text', 'language', 'analyses']);
  const text = written('text', fields.text);
  const analyses = fields.analyses === undefined ? textAnalyses : someOf('analyses', fields.analyses, textAnalyses);
  const bytes = Buffer.byteLength(text);
  const [limit, least] = Object.entries(textLimits)
    .filter(([analysis]) => analyses.includes(analysis as TextAnalysis))
    .map(([analysis, { bytes: most }]) => [most, analysis] as const)
    .reduce((a, b) => (a[0] <= b[0] ? a : b));
  if (bytes > limit)
    throw new Refusal('text', `${bytes} bytes`, `may have ${limit} bytes of UTF-8 for ${least}: send it in parts`);
  if (fields.language === undefined) {
    if ([...text].length < MIN_CHARACTERS_TO_DETECT_LANGUAGE)
      throw new Refusal(
        'language',
        undefined,
        `is needed for a text of less than ${MIN_CHARACTERS_TO_DETECT_LANGUAGE} characters: it cannot be detected`,
      );
    return { text, analyses };
  }
  return { text, analyses, language: supported(oneOf('language', fields.language, languages), analyses) };
}

/**
 * The language, if all requested analyses support it.
 * @throws Refusal naming the analysis that does not
 */
export function supported(language: string | undefined, analyses: readonly TextAnalysis[]): Language {
  for (const analysis of analyses) {
    const known: readonly string[] = textLimits[analysis].languages;
    if (language === undefined || !known.includes(language))
      throw new Refusal(
        'language',
        language,
        `is not supported by ${analysis}, which supports ${known.join(', ')}: leave it out of analyses, or send another text`,
      );
  }
  return language as Language;
}
