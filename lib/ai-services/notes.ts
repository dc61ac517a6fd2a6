import type { Notes } from '../shared/notes';

export const notes: Notes = {
  AiServices: { without: 'Clients call the AI services themselves: nothing masks, limits or counts what they send' },
  'AiServices/Answers': {
    why: 'Audio, speech marks and results of documents, in a bucket of their own: its rule deletes them, and the lake keeps no copy',
    without: 'Speech has no place to go, and Analyze nothing to write into',
    properties: {
      VersioningConfiguration:
        'A batch that is repeated replaces its result; the one before can be looked at for a day',
      'LifecycleConfiguration.Rules.ExpirationInDays':
        '`aiServices.answersExpiryDays`: everything here can be made again',
      'LifecycleConfiguration.Rules.NoncurrentVersionExpiration': 'A day: long enough to compare, too short to collect',
      'LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload':
        'Parts of an upload that was broken off are billed and invisible',
      'LifecycleConfiguration.Rules.Status': 'On from the start',
      NotificationConfiguration: 'As of every bucket of the kit: whoever plays the audio can wait for its event',
    },
  },
  'AiServices/AnalyzeText': {
    why: 'Four calls of Comprehend for a text; what comes back of the text is masked, and nothing of it is logged',
    without: '`POST /text` has nothing behind it',
    properties: { Timeout: 'API Gateway gives up at 29 s: an answer after that reaches nobody' },
  },
  'AiServices/AnalyzeText/ServiceRole': {
    why: 'Calls the five operations of Comprehend and nothing else',
    without: 'The function cannot run',
  },
  'AiServices/AnalyzeImage': {
    why: 'Judges type and size of a picture, then lets Rekognition look at it',
    without: '`POST /image` has nothing behind it',
    properties: {
      Timeout: 'API Gateway gives up at 29 s: an answer after that reaches nobody',
      MemorySize: 'A request of 6 MB is held as an event, as base64 and as bytes',
      'Environment.Variables.RAW_BUCKET': 'Where pictures are that are too large for a request',
    },
  },
  'AiServices/AnalyzeImage/ServiceRole': {
    why: 'Calls three operations of Rekognition, which reads an object with this role, and reads pictures in raw',
    without: 'The function cannot run',
  },
  'AiServices/SynthesizeSpeech': {
    why: 'Lets Polly speak a text, and stores what it said',
    without: '`POST /speech` has nothing behind it',
    properties: {
      Timeout: 'API Gateway gives up at 29 s: an answer after that reaches nobody',
      'Environment.Variables.ANSWERS_BUCKET':
        'Where audio and marks go: a response could not carry ten minutes of them',
    },
  },
  'AiServices/SynthesizeSpeech/ServiceRole': {
    why: 'Calls one operation of Polly and writes below `speech/`',
    without: 'The function cannot run',
  },
  'AiServices/AnalyzeDocuments': {
    why: 'One batch of Analyze. It reads the documents itself: the history of a state machine would keep their text',
    without: 'Analyze has no one to call',
    properties: {
      Timeout: 'Twenty-five reads, two calls with their retries, and one write',
      'Environment.Variables.RAW_BUCKET': 'Where the documents are',
      'Environment.Variables.ANSWERS_BUCKET': 'Where their lines go',
    },
  },
  'AiServices/AnalyzeDocuments/ServiceRole': {
    why: 'Calls the two batch operations of Comprehend, reads documents, writes results',
    without: 'The function cannot run',
  },
  'AiServices/Analyze/Machine': {
    why: 'Documents below a prefix in batches of 25, four at a time: a child execution for each batch, so that no history grows with their number',
    without: 'Documents are sent one by one through the API',
  },
  'AiServices/Analyze/Role': {
    why: 'What Analyze runs as: lists documents, invokes the one function, writes the report of its batches',
    without: 'The machine cannot be created',
  },
  'AiServices/Analyze/MapRuns': {
    why: 'Child executions are started with this grant. A policy of its own, because it names the machine that waits for the role',
    without: 'The first batch is denied',
  },
  'AiServices/Api/Api': {
    why: 'The door to the three services: callers sign with IAM, throttling caps the cost. An API of its own, because a method belongs to the deployment of its API',
    without: 'Callers would need permission on each function',
  },
  'AiServices/Api/Api/DeploymentStage.live': {
    properties: {
      'MethodSettings.ThrottlingRateLimit':
        '`aiServices.ratePerSecond`: Comprehend takes 20 calls of a kind per second',
      'MethodSettings.ThrottlingBurstLimit': '`aiServices.burst`',
    },
  },
  'AiServices/Api/Api/Default/text': { why: '`/text`', without: 'The method has no path' },
  'AiServices/Api/Api/Default/image': { why: '`/image`', without: 'The method has no path' },
  'AiServices/Api/Api/Default/speech': { why: '`/speech`', without: 'The method has no path' },
  'AiServices/Api/Api/Default/*/POST': {
    why: 'A request in, what the service found out',
    without: 'Nothing can be asked',
    properties: {
      RequestModels: 'Fields and their types; lengths are for the handlers, because a validator logs what it refuses',
    },
  },
  'AiServices/Api/Api/*': { why: 'What a request must look like: shape and allowed values' },
  'AiServices/ApiErrors': { why: 'Says that calls are denied, or that a service fails' },
  'AiServices/AnalyzeTimedOut': { why: 'Says that an execution was stopped: it could not say so itself' },
};
