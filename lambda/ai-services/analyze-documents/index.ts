/**
 * One batch of the state machine Analyze. The handler reads the documents, because the state machine would log their text.
 * Executing a batch again writes the same object.
 */
import { createHash } from 'node:crypto';
import { BatchDetectEntitiesCommand, BatchDetectSentimentCommand, ComprehendClient } from '@aws-sdk/client-comprehend';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Language } from '../../../lib/ai-services/limits';
import { aiServices, answers } from '../../../lib/ai-services/room';
import { dataLake } from '../../../lib/data-lake/room';
import { fill } from '../../../lib/shared/names';
import { requireEnv } from '../../shared/env';
import { failureOf } from '../../shared/failure';
import { standIns } from '../../shared/service-handler';
import { documentOf, isDocument, outcome, refusedBySize, type Document, type Listed, type Refused } from './decide';

const raw = requireEnv(dataLake.env.rawBucket);
const answersBucket = requireEnv(aiServices.env.answersBucket);
const s3 = new S3Client({});
const comprehend = new ComprehendClient({});
const standIn = standIns(comprehend);

/** The input of the distributed map for a batch. */
export interface Batch {
  readonly Items: readonly Listed[];
  readonly BatchInput: { readonly run: string; readonly language: Language };
}

export interface BatchResult {
  /** Key of the result in the answers bucket. */
  readonly result: string;
  readonly analyzed: number;
  readonly refused: readonly Refused[];
  /** Set when a rehearsal's stand-in answered instead of the service. */
  readonly rehearsedBy?: string;
}

export async function handler({ Items, BatchInput: { run, language } }: Batch): Promise<BatchResult> {
  const listed = Items.filter(isDocument);
  const read = await Promise.all(listed.map(readDocument));
  const documents = read.filter((one): one is Document => 'text' in one);
  const lines = [...read.filter((one) => 'refused' in one), ...(await analyze(documents, language))];

  const keys = listed.map(({ Key }) => Key).join('\n');
  const batch = createHash('sha256').update(keys).digest('hex').slice(0, 16);
  const result = fill(answers.documents, { run, batch });
  const Body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await s3.send(new PutObjectCommand({ Bucket: answersBucket, Key: result, Body, ContentType: 'application/jsonl' }));

  const refused = lines.filter((line): line is Refused => 'refused' in line);
  if (refused.length > 0 && refused.length === lines.length)
    throw named('NothingAnalyzed', `none of ${lines.length} documents could be analyzed: ${result} has the reasons`);
  return { result, analyzed: lines.length - refused.length, refused, rehearsedBy: standIn() };
}

async function readDocument({ Key, Size }: Listed): Promise<Document | Refused> {
  const refused = refusedBySize(Size);
  if (refused !== undefined) return { key: Key, refused };
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: raw, Key }));
    return documentOf(Key, (await Body?.transformToByteArray()) ?? new Uint8Array());
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return { key: Key, refused: 'was deleted after it was listed' };
    throw error;
  }
}

/** @throws Error with the service's error name, by which the state machine retries, and without its message, which may contain a text */
async function analyze(documents: readonly Document[], LanguageCode: Language) {
  if (documents.length === 0) return [];
  const input = { LanguageCode, TextList: documents.map(({ text }) => text) };
  try {
    const [sentiments, entities] = await Promise.all([
      comprehend.send(new BatchDetectSentimentCommand(input)),
      comprehend.send(new BatchDetectEntitiesCommand(input)),
    ]);
    return outcome(documents, sentiments, entities);
  } catch (error) {
    throw named((error as Error).name, failureOf(error, 'comprehend', {}).message);
  }
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
