import type { SynthesizeSpeechInput } from '@aws-sdk/client-polly';
import {
  audioFormats,
  engines,
  speechLimits,
  speechMarks,
  voiceNames,
  type AudioFormat,
} from '../../../lib/ai-services/limits';
import { fieldsOf, oneOf, Refusal, someOf, written } from '../../shared/refusal';

export interface SpeechRequest {
  readonly audio: SynthesizeSpeechInput & { readonly OutputFormat: AudioFormat };
  /** A second call, billed like the first; undefined when no marks are requested. */
  readonly marks?: SynthesizeSpeechInput;
}

/**
 * Parses a body: `{"text": "…"}` or `{"ssml": "<speak>…</speak>"}`, with `voice`, `engine`, `format` and `marks`.
 * @throws Refusal
 */
export function decide(body: unknown): SpeechRequest {
  const fields = fieldsOf(body, ['text', 'ssml', 'voice', 'engine', 'format', 'marks']);
  if ((fields.text === undefined) === (fields.ssml === undefined))
    throw new Refusal('body', fields.text === undefined ? 'neither' : 'both', 'must have one of text and ssml');
  const kind = fields.text === undefined ? 'ssml' : 'text';
  const speech = {
    Text: spoken(kind, fields[kind]),
    TextType: kind,
    VoiceId: oneOf('voice', fields.voice ?? 'Joanna', voiceNames),
    Engine: oneOf('engine', fields.engine ?? 'standard', engines),
  } as const;
  const audio = { ...speech, OutputFormat: oneOf('format', fields.format ?? 'mp3', audioFormats) };
  if (fields.marks === undefined) return { audio };
  const SpeechMarkTypes = [...someOf('marks', fields.marks, speechMarks)];
  if (kind === 'text' && SpeechMarkTypes.includes('ssml'))
    throw new Refusal('marks', SpeechMarkTypes, 'of type ssml need a request with ssml');
  return { audio, marks: { ...speech, OutputFormat: 'json', SpeechMarkTypes } };
}

function spoken(kind: 'text' | 'ssml', value: unknown): string {
  const text = written(kind, value);
  const total = [...text].length;
  // The service validates the markup; here tags are only excluded from the length.
  const words = kind === 'ssml' ? text.replaceAll(/<[^>]*>/g, '') : text;
  const billed = [...words].length;
  if (words.trim() === '') throw new Refusal(kind, `${total} characters`, 'must have something to say');
  if (billed > speechLimits.billed || total > speechLimits.total)
    throw new Refusal(
      kind,
      `${billed} billed characters, ${total} in all`,
      `may have ${speechLimits.billed} characters, and ${speechLimits.total} with its tags: send it in parts`,
    );
  return text;
}
