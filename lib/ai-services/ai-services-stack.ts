/**
 * Text, images and speech over Comprehend, Rekognition and Polly: an API with a handler for each, and the state machine Analyze for many documents.
 *
 * The room has its own API, because methods of another room's API belong to that room's deployment. Handlers stand between client and
 * service to refuse bad requests, to mask personal data and to keep texts out of logs. Analyze is a distributed map, since a
 * history of 25,000 events would end at some thousand documents. The answers have a bucket of their own, whose rule deletes them.
 * Idle cost: two alarms; calls are billed by use.
 * Fails first: a rate limit (Comprehend takes 20 calls of a kind per second), answered with 429 and Retry-After; a denied grant is a 500.
 * Alarms: ai-services/api-errors, ai-services/analyze-timed-out.
 */
import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { KitProps } from '../foundation/kit-props';
import { dataLake } from '../data-lake/room';
import { KitAlarm } from '../shared/alarms';
import { adoptProviders } from '../shared/custom-resources';
import { HandlerFunction } from '../shared/handler-function';
import { LakeBucket } from '../shared/lake-bucket';
import { LifecycleMachine } from '../shared/lifecycle-machine';
import { folder } from '../shared/names';
import { machineOutput } from '../shared/room';
import { RoomStack } from '../shared/room-stack';
import { SignedApi } from '../shared/signed-api';
import { analyzeMachine } from './analyze-machine';
import { imageModel, speechModel, textModel } from './request-models';
import { aiServices, answers, inputs } from './room';

export interface AiServicesStackProps extends KitProps {
  readonly config: Config['aiServices'];
  readonly raw: IBucket;
  /** The room whose API sets API Gateway's logging role for the account. */
  readonly serving: Stack;
}

/** API, bucket of answers, state machine Analyze. */
export class AiServicesStack extends RoomStack {
  private readonly answers: IBucket;

  constructor(scope: Construct, id: string, props: AiServicesStackProps) {
    super(scope, id, aiServices, props, 'ML lifecycle kit: text, images and speech over AI services');
    const { kit, config, alerts: topic, logRetention } = props;
    this.addStackDependency(props.serving, 'API Gateway logs by a role of the account, which is set there');
    this.answers = new LakeBucket(this, 'Answers', {
      key: props.key,
      destroyData: props.destroyData,
      rule: {
        expiration: Duration.days(config.answersExpiryDays),
        noncurrentVersionExpiration: Duration.days(1),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    });
    const api = new SignedApi(this, 'Api', {
      name: `${kit}-ai-services`,
      description: 'Text, images and speech',
      throttle: config,
      rules: 'The fields are in lib/ai-services/request-models.ts.',
      setsLoggingRole: false,
      posts: [
        { path: 'text', handler: this.addText(logRetention), model: 'Text', modelName: 'Text', schema: textModel },
        { path: 'image', handler: this.addImage(props), model: 'Image', modelName: 'Image', schema: imageModel },
        {
          path: 'speech',
          handler: this.addSpeech(logRetention),
          model: 'Speech',
          modelName: 'Speech',
          schema: speechModel,
        },
      ],
      logRetention,
    });
    const { machine } = this.addAnalyze(props);
    adoptProviders(this, this.roomTags, logRetention);

    new KitAlarm(this, 'ApiErrors', { kit, room: aiServices, alarm: 'apiErrors', metric: api.serverErrors, topic });
    new KitAlarm(this, 'AnalyzeTimedOut', {
      kit,
      room: aiServices,
      alarm: 'analyzeTimedOut',
      metric: (period) => machine.metricTimedOut({ period }),
      topic,
    });
    const out = aiServices.outputs;
    new CfnOutput(this, machineOutput('Analyze'), { value: machine.stateMachineArn });
    new CfnOutput(this, out.apiId, { value: api.restApiId });
    new CfnOutput(this, out.apiStage, { value: api.stageName });
    new CfnOutput(this, out.answers, { value: this.answers.bucketName });
  }

  private addText(logRetention: RetentionDays): HandlerFunction {
    const text = new HandlerFunction(this, 'AnalyzeText', {
      room: aiServices.name,
      handler: 'analyze-text',
      description: 'Sentiment, entities, key phrases and masked personal data of a text',
      timeout: API_TIMEOUT,
      logRetention,
    });
    return allowing(text, 'comprehend', [
      'DetectDominantLanguage',
      'DetectSentiment',
      'DetectEntities',
      'DetectKeyPhrases',
      'DetectPiiEntities',
    ]);
  }

  private addImage({ raw, logRetention }: AiServicesStackProps): HandlerFunction {
    const image = new HandlerFunction(this, 'AnalyzeImage', {
      room: aiServices.name,
      handler: 'analyze-image',
      description: 'Labels, text and moderation of a picture',
      environment: { [dataLake.env.rawBucket]: raw.bucketName },
      timeout: API_TIMEOUT,
      // The request of 6 MB is in memory as text, as base64 and as bytes.
      memoryMb: 1024,
      logRetention,
    });
    // Rekognition reads an object with the permissions of its caller.
    raw.grantRead(image, `${inputs.images}*`);
    return allowing(image, 'rekognition', ['DetectLabels', 'DetectText', 'DetectModerationLabels']);
  }

  private addSpeech(logRetention: RetentionDays): HandlerFunction {
    const speech = new HandlerFunction(this, 'SynthesizeSpeech', {
      room: aiServices.name,
      handler: 'synthesize-speech',
      description: 'Text to audio and speech marks in the answers bucket',
      environment: { [aiServices.env.answersBucket]: this.answers.bucketName },
      timeout: API_TIMEOUT,
      logRetention,
    });
    this.answers.grantPut(speech, `${folder(answers.speech)}*`);
    return allowing(speech, 'polly', ['SynthesizeSpeech']);
  }

  private addAnalyze({ raw, config, alerts, logRetention }: AiServicesStackProps): LifecycleMachine {
    const batch = new HandlerFunction(this, 'AnalyzeDocuments', {
      room: aiServices.name,
      handler: 'analyze-documents',
      description: 'Sentiments and entities of one batch of documents',
      environment: {
        [dataLake.env.rawBucket]: raw.bucketName,
        [aiServices.env.answersBucket]: this.answers.bucketName,
      },
      timeout: Duration.minutes(1),
      logRetention,
    });
    raw.grantRead(batch, `${inputs.documents}*`);
    this.answers.grantPut(batch, `${folder(answers.documents)}*`);
    allowing(batch, 'comprehend', ['BatchDetectSentiment', 'BatchDetectEntities']);

    const machine = new LifecycleMachine(this, 'Analyze', {
      title: 'Analyze',
      definition: analyzeMachine({
        raw: raw.bucketName,
        answers: this.answers.bucketName,
        analyze: batch.functionArn,
        toleratedFailurePercent: config.toleratedFailurePercent,
      }),
      alerts,
      // A second for each batch of four at once: a hundred thousand documents take 20 minutes.
      timeout: Duration.hours(2),
      logRetention,
    });
    machine.allow(['lambda:InvokeFunction'], [batch.functionArn]);
    machine.allow(['s3:ListBucket'], [raw.bucketArn], { StringLike: { 's3:prefix': `${inputs.documents}*` } });
    machine.allow(
      ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
      [this.answers.arnForObjects(`${folder(answers.mapRuns)}*`)],
    );
    this.answers.encryptionKey?.grantEncryptDecrypt(machine.role);
    machine.allowMapRuns('Batches');
    return machine;
  }
}

/** API Gateway's limit is 29 s. */
const API_TIMEOUT = Duration.seconds(29);

/** Grants operations of an AI service. IAM has no resources for them, hence `*`. */
function allowing(handler: HandlerFunction, service: string, operations: readonly string[]): HandlerFunction {
  const actions = operations.map((operation) => `${service}:${operation}`);
  handler.allow(actions, ['*']);
  return handler;
}
