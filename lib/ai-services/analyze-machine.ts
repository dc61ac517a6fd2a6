import { Aws } from 'aws-cdk-lib';
import { call, choice, failsAs, filled, jsonata, literal, machine } from '../shared/asl';
import { folder } from '../shared/names';
import { batchLimits, languages } from './limits';
import { answers, inputs } from './room';

export interface AnalyzeMachineProps {
  /** Bucket names. */
  readonly raw: string;
  readonly answers: string;
  /** ARN of the handler `analyze-documents`. */
  readonly analyze: string;
  readonly toleratedFailurePercent: number;
}

/**
 * Analyze: `{"prefix": "documents/reviews/", "language": "en"}` → a line for each document below the prefix, in the answers bucket.
 * A document that cannot be analyzed is a line with its reason; a batch with no analyzable document fails, and the execution fails
 * when more documents than tolerated are in such batches.
 */
export function analyzeMachine(props: AnalyzeMachineProps) {
  const language = "($exists($states.input.language) ? $states.input.language : 'en')";
  const run = '$states.context.Execution.Name';
  return machine({
    Comment: 'Documents below a prefix to sentiments and entities',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Choice',
        Choices: [
          {
            Condition: jsonata(
              `$exists($states.input.prefix) and $contains($string($states.input.prefix), /^${inputs.documents.replace('/', '\\/')}/) and ${language} in ${literal(languages)}`,
            ),
            Assign: { prefix: jsonata('$states.input.prefix'), language: jsonata(language) },
            Next: 'AnalyzeBatches',
          },
        ],
        Default: 'InvalidInput',
      },
      InvalidInput: failsAs(
        'InvalidInput',
        `$string($states.input) & ' is no input: send {"prefix": "${inputs.documents}...", "language": "en"}, with a language of ${languages.join(', ')}'`,
        'Alert',
      ),
      AnalyzeBatches: {
        Type: 'Map',
        // This becomes a part of the names of child executions.
        Label: 'Batches',
        ItemReader: {
          Resource: `arn:${Aws.PARTITION}:states:::s3:listObjectsV2`,
          Arguments: { Bucket: props.raw, Prefix: jsonata('$prefix') },
        },
        // #region batches
        // Child executions cannot read their parent's variables.
        ItemBatcher: {
          MaxItemsPerBatch: batchLimits.documents,
          BatchInput: { run: jsonata(run), language: jsonata('$language') },
        },
        // Each batch makes two calls, and the account limit is ten of each kind per second.
        MaxConcurrency: 4,
        ToleratedFailurePercentage: props.toleratedFailurePercent,
        // #endregion batches
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'AnalyzeBatch',
          States: {
            AnalyzeBatch: call(
              'lambda:invoke',
              { FunctionName: props.analyze, Payload: jsonata('$states.input') },
              {
                Output: jsonata('$states.result.Payload'),
                // #region batches
                Retry: [
                  // The documents would be refused again.
                  { ErrorEquals: ['NothingAnalyzed'], MaxAttempts: 0 },
                  {
                    ErrorEquals: ['States.TaskFailed'],
                    IntervalSeconds: 5,
                    MaxAttempts: 4,
                    BackoffRate: 2,
                    JitterStrategy: 'FULL',
                  },
                ],
                // #endregion batches
                End: true,
              },
            ),
          },
        },
        ResultWriter: {
          Resource: `arn:${Aws.PARTITION}:states:::s3:putObject`,
          Arguments: { Bucket: props.answers, Prefix: jsonata(filled(answers.mapRuns, { run })) },
        },
        Assign: { mapRun: jsonata('$states.result') },
        Next: 'CountDocuments',
      },
      CountDocuments: call(
        'aws-sdk:sfn:describeMapRun',
        { MapRunArn: jsonata('$mapRun.MapRunArn') },
        { Assign: { counts: jsonata('$states.result.ItemCounts') }, Next: 'AreThereDocuments' },
      ),
      AreThereDocuments: choice('$counts.Total > 0', { yes: 'Analyzed', no: 'NoDocuments' }),
      NoDocuments: failsAs(
        'NoDocuments',
        `'the raw bucket has nothing below ' & $prefix & ': upload documents, or start with another prefix'`,
        'Alert',
      ),
      Analyzed: {
        Type: 'Succeed',
        Output: {
          documents: jsonata('$counts.Total'),
          inFailedBatches: jsonata('$counts.Failed'),
          results: jsonata(`'s3://${props.answers}/${folder(answers.documents)}' & ${run} & '/'`),
          mapRun: jsonata('$mapRun.ResultWriterDetails'),
        },
      },
    },
  });
}
