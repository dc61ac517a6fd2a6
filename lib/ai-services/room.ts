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
      periodMinutes: 5,
      periods: 1,
      // A service that fails once is tried again by the client; a missing grant fails with every request.
      threshold: 5,
      comparison: 'above',
    },
    // An execution that fails publishes to the topic itself; one that is stopped cannot.
    analyzeTimedOut: {
      what: 'analyze-timed-out',
      says: 'an execution of Analyze was stopped by its timeout',
      periodMinutes: 5,
      periods: 1,
      threshold: 0,
      comparison: 'above',
    },
  },
  lost: 'audio, speech marks and the results of analyzed documents',
} as const satisfies RoomContract;

/** Where people put what the room reads, in the raw bucket. */
export const inputs = { images: 'images/', documents: 'documents/' };

/** Where the room puts its answers, in its own bucket. */
export const answers = {
  speech: 'speech/{id}.{format}',
  speechMarks: 'speech/{id}.marks.jsonl',
  /** A line for each document: what was found, or why it was refused. */
  documents: 'documents/{run}/{batch}.jsonl',
  /** Where Step Functions writes what became of each batch. It adds a slash of its own. */
  mapRuns: 'map-runs/{run}',
};
