import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'AiServices/Answers': {
    why: 'Audio, speech marks and results of documents, in a bucket of their own: its rule deletes them, and the lake keeps no copy',
    'LifecycleConfiguration.Rules.ExpirationInDays':
      '`aiServices.answersExpiryDays`: everything here can be made again',
    'LifecycleConfiguration.Rules.NoncurrentVersionExpiration': 'A day: long enough to compare, too short to collect',
  },
  'AiServices/AnalyzeText': {
    why: 'Four calls of Comprehend for a text; what comes back of the text is masked, and nothing of it is logged',
    Timeout: 'API Gateway gives up at 29 s: an answer after that reaches nobody',
  },
  'AiServices/AnalyzeImage': {
    why: 'Judges type and size of a picture, then lets Rekognition look at it',
    Timeout: 'API Gateway gives up at 29 s: an answer after that reaches nobody',
    MemorySize: 'A request of 6 MB is held as an event, as base64 and as bytes',
  },
  'AiServices/AnalyzeImage/ServiceRole':
    'Calls three operations of Rekognition, which reads an object with this role, and reads pictures in raw',
  'AiServices/SynthesizeSpeech': {
    why: 'Lets Polly speak a text, and stores what it said',
    Timeout: 'API Gateway gives up at 29 s: an answer after that reaches nobody',
  },
  'AiServices/AnalyzeDocuments': {
    why: 'One batch of Analyze. It reads the documents itself: the history of a state machine would keep their text',
    Timeout: 'Twenty-five reads, two calls with their retries, and one write',
  },
  'AiServices/Analyze/Machine':
    'Documents below a prefix in batches of 25, four at a time: a child execution for each batch, so that no history grows with their number',
  'AiServices/Analyze/MapRuns':
    'Child executions are started with this grant. A policy of its own, because it names the machine that waits for the role',
  'AiServices/Api/Api':
    'The door to the three services: callers sign with IAM, throttling caps the cost. An API of its own, because a method belongs to the deployment of its API',
  'AiServices/Api/Api/DeploymentStage.live': {
    'MethodSettings.ThrottlingRateLimit': '`aiServices.ratePerSecond`: Comprehend takes 20 calls of a kind per second',
  },
  'AiServices/Api/Api/Default/*/POST': {
    RequestModels: 'Fields and their types; lengths are for the handlers, because a validator logs what it refuses',
  },
};
