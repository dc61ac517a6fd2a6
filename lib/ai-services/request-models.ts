/**
 * Bodies as API Gateway checks them: which fields, and of which type. Lengths are left to the handlers, because the validator repeats a
 * value that is too long, and writes its sentence to the log.
 */
import { type JsonSchema, JsonSchemaType, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway';
import { audioFormats, engines, imageAnalyses, languages, speechMarks, textAnalyses, voiceNames } from './limits';

const text = { type: JsonSchemaType.STRING };
const one = (names: readonly string[]): JsonSchema => ({ ...text, enum: [...names] });
const some = (names: readonly string[]): JsonSchema => ({ type: JsonSchemaType.ARRAY, minItems: 1, items: one(names) });

const body = (title: string, properties: Record<string, JsonSchema>, required?: string[]): JsonSchema => ({
  schema: JsonSchemaVersion.DRAFT4,
  title,
  type: JsonSchemaType.OBJECT,
  additionalProperties: false,
  required,
  properties,
});

export const textModel = body('Text', { text, language: one(languages), analyses: some(textAnalyses) }, ['text']);

export const imageModel = body('Image', { bytes: text, key: text, analyses: some(imageAnalyses) });

export const speechModel = body('Speech', {
  text,
  ssml: text,
  voice: one(voiceNames),
  engine: one(engines),
  format: one(audioFormats),
  marks: some(speechMarks),
});
