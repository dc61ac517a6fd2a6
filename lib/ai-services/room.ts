import type { RoomContract } from '../shared/room';

export const aiServices = {
  name: 'ai-services',
  does: 'API for text, images and speech over Comprehend, Rekognition and Polly; state machine *Analyze* for documents by the thousand',
  optIn: true,
  stacks: { AiServices: 'ai-services' },
  machines: ['Analyze'],
  outputs: { apiId: 'AiApiId', apiStage: 'AiApiStage', answers: 'AnswersBucketName' },
  env: { answersBucket: 'ANSWERS_BUCKET' },
  alarms: {
    apiErrors: {
      what: 'api-errors',
      says: 'the API of the AI services answered with 5xx',
      // Clients retry after single failures of a service; a missing grant fails every request.
      threshold: 5,
    },
    // A failed execution publishes to the topic itself; a timed-out one cannot.
    analyzeTimedOut: {
      what: 'analyze-timed-out',
      says: 'an execution of Analyze was stopped by its timeout',
    },
  },
  lost: 'audio, speech marks and the results of analyzed documents',
} as const satisfies RoomContract;

/** Folders of the raw bucket that the room reads; users upload there. */
export const inputs = { images: 'images/', documents: 'documents/' };

/** Keys of the room's answers in its own bucket. */
export const answers = {
  speech: 'speech/{id}.{format}',
  speechMarks: 'speech/{id}.marks.jsonl',
  /** One line per document: the findings, or the reason of a refusal. */
  documents: 'documents/{run}/{batch}.jsonl',
  /** Prefix of Step Functions' reports about batches. Step Functions adds a slash. */
  mapRuns: 'map-runs/{run}',
};
