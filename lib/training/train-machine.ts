import type { Config } from '../config';
import {
  body,
  call,
  choice,
  failsAs,
  failure,
  filled,
  isDated,
  jsonata,
  literal,
  machine,
  publish,
  readJson,
  states,
} from '../shared/asl';
import { taskOf } from '../shared/dataset';
import { layout } from '../shared/names';
import { bakeoffStates } from './bakeoff';
import { readChampion } from './champion';
import { NO_MODEL, REPRODUCTION } from './room';
import { commandLine, processingJob } from '../shared/processing-job';
import { registrationStates } from './registration';
import {
  bestTrial,
  metricDefinitions,
  stoppedTraining,
  trainingJob,
  tuningJob,
  warmStart,
  type TrainingProps,
} from './training-jobs';

export interface TrainMachineProps extends TrainingProps {
  readonly monitoring: Pick<Config['monitoring'], 'windowDays' | 'facetMinRows'>;
  /** Reports of the curated partitions, which name their raw files. */
  readonly qualityUri: string;
  readonly championParameter: string;
  readonly modelPackageGroup: string;
  readonly alertsTopicArn: string;
  readonly region: string;
  readonly servingMode: Config['serving']['mode'];
}

/** Explanation of Spot's refusal in the alert. */
const NO_CAPACITY =
  'no spot capacity came within maxWaitMinutes. Run Train again later, choose another training.instanceType, raise training.maxWaitMinutes, or set training.spot to false after the quota for on-demand training is granted';

/** Train: `{"mode", "trigger", "dataThrough", "episode", "attempt"}`, optional `algorithm` or `families` → a registered package, or the reason why the champion stays. */
export function trainMachine(props: TrainMachineProps) {
  const evaluation = filled(layout.artifacts.evaluations, { execution: '$states.context.Execution.Name' });
  return machine({
    Comment: 'Train, tune or compare families, evaluate against the champion, gate, register, approve',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Assign: {
          input: jsonata("$merge([{'trigger': 'manual'}, $states.input])"),
          evaluationKey: jsonata(evaluation),
          evaluation: jsonata(`${literal(`s3://${props.artifacts}/`)} & ${evaluation}`),
          metrics: metricDefinitions(props),
        },
        Next: 'IsDay',
      },
      IsDay: choice(isDated('$input.dataThrough'), { yes: 'ReadChampion', no: 'NoDay' }),
      NoDay: failsAs(
        'InvalidDay',
        "'dataThrough ' & $string($input.dataThrough) & ' is no day: write the first day left out, such as 2013-04-01'",
        'Alert',
      ),
      ReadChampion: readChampion(props.championParameter, 'HasChampion'),
      HasChampion: {
        Type: 'Choice',
        Choices: [
          { Condition: jsonata(`$champion = '${NO_MODEL}'`), Assign: { championInput: [] }, Next: 'ChooseMode' },
        ],
        Default: 'DescribeChampion',
      },
      DescribeChampion: call(
        'aws-sdk:sagemaker:describeModelPackage',
        { ModelPackageName: jsonata('$champion') },
        {
          Assign: {
            championInput: jsonata(
              "[{'name': 'champion', 'uri': $states.result.InferenceSpecification.Containers[0].ModelDataUrl}]",
            ),
          },
          Next: 'ChooseMode',
        },
      ),
      ChooseMode: {
        Type: 'Choice',
        Choices: [
          { Condition: jsonata("$input.mode = 'tune' and $exists($input.tuning.warmStart)"), Next: 'ContinueTuning' },
          { Condition: jsonata("$input.mode = 'tune'"), Next: 'Tune' },
          { Condition: jsonata("$input.mode = 'train'"), Next: 'Train' },
          { Condition: jsonata("$input.mode = 'bakeoff'"), Next: 'ChooseFamilies' },
        ],
        Default: 'UnknownMode',
      },
      UnknownMode: failsAs(
        'UnknownMode',
        "'mode ' & $string($input.mode) & ' is none of train, tune and bakeoff: start the execution with one of them'",
        'Alert',
      ),
      ...trainingStates(props),
      ...bakeoffStates(props),
      ...evaluationStates(props),
      ...registrationStates(props),
    },
  });
}

function trainingStates(props: TrainMachineProps) {
  const failed = [
    {
      ErrorEquals: ['States.TaskFailed'],
      Assign: { job: jsonata(stoppedTraining), error: jsonata('$states.errorOutput.Error') },
      Next: 'WhyNot',
    },
  ] as const;
  const tuned = {
    Assign: { job: jsonata("{'HyperParameterTuningJobName': $states.result.HyperParameterTuningJobName}") },
    Catch: failed,
    Next: 'FindBest',
  } as const;
  return states({
    Train: trainingJob(props, {
      Assign: {
        modelData: jsonata('$states.result.ModelArtifacts.S3ModelArtifacts'),
        trained: jsonata('$states.result.TrainingJobName'),
        trainingJob: jsonata('$states.result.TrainingJobArn'),
      },
      Catch: failed,
      Next: 'Evaluate',
    }),
    Tune: tuningJob(props, tuned),
    ContinueTuning: tuningJob(props, tuned, warmStart),
    FindBest: bestTrial(props, {
      Assign: {
        trained: jsonata(
          "$exists($states.result.TrainingJobSummaries[0]) ? $states.result.TrainingJobSummaries[0].TrainingJobName : ''",
        ),
        error: 'NoBestTrainingJob',
      },
      Next: 'HasBest',
    }),
    HasBest: choice("$trained = ''", { yes: 'ListTrials', no: 'DescribeBest' }),
    DescribeBest: call(
      'aws-sdk:sagemaker:describeTrainingJob',
      { TrainingJobName: jsonata('$trained') },
      {
        Assign: {
          modelData: jsonata('$states.result.ModelArtifacts.S3ModelArtifacts'),
          trainingJob: jsonata('$states.result.TrainingJobArn'),
        },
        Next: 'Evaluate',
      },
    ),
    WhyNot: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata('$exists($job.HyperParameterTuningJobName)'), Next: 'ListTrials' },
        // #region refusals
        { Condition: jsonata("$job.SecondaryStatus = 'MaxWaitTimeExceeded'"), Next: 'TellNoCapacity' },
        {
          Condition: jsonata(
            "$exists($metrics.MetricDefinitions) and $contains($job.FailureReason, 'override the metric definitions')",
          ),
          Assign: { metrics: jsonata('{}') },
          Next: 'ChooseMode',
        },
        {
          Condition: jsonata("$contains($error, 'ResourceLimitExceeded')"),
          Assign: failure(
            'QuotaExceeded',
            "$job.FailureReason & '. Ask Service Quotas for more, or choose a training.instanceType that the account has'",
          ),
          Next: 'Alert',
        },
        // #endregion refusals
      ],
      Default: 'TrainingFailed',
    },
    // A tuning job only reports that no trial succeeded; a failed trial has its reason, and a trial that never got capacity is stopped.
    ListTrials: call(
      'aws-sdk:sagemaker:listTrainingJobsForHyperParameterTuningJob',
      { HyperParameterTuningJobName: jsonata('$job.HyperParameterTuningJobName'), MaxResults: 100 },
      {
        Assign: {
          trained: jsonata(
            "$append($states.result.TrainingJobSummaries[TrainingJobStatus = 'Failed'], $states.result.TrainingJobSummaries)[0].TrainingJobName",
          ),
        },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'TrainingFailed' }],
        Next: 'DescribeTrial',
      },
    ),
    DescribeTrial: call(
      'aws-sdk:sagemaker:describeTrainingJob',
      { TrainingJobName: jsonata('$trained') },
      { Assign: { job: jsonata('$states.result') }, Next: 'WhyNot' },
    ),
    TrainingFailed: failsAs(
      'TrainingFailed',
      '$exists($job.FailureReason) ? $job.FailureReason : $string($job)',
      'Alert',
    ),
    TellNoCapacity: publish(
      props.alertsTopicArn,
      'Train found no spot capacity',
      `$states.context.Execution.Id & ': ' & ${literal(NO_CAPACITY)}`,
      { Next: 'NoCapacity' },
    ),
    NoCapacity: { Type: 'Succeed', Output: { outcome: 'NoCapacity', reason: NO_CAPACITY } },
  });
}

function evaluationStates(props: TrainMachineProps) {
  const { gate, monitoring } = props;
  const options = {
    'gate-days': gate.gateDays,
    'select-days': gate.selectDays,
    'label-delay-days': props.labelDelayDays,
    draws: gate.draws,
    'guard-delta': taskOf(props.dataset).task === 'binary' ? gate.brierDelta : gate.lossDelta,
    'segment-delta': gate.segmentDelta,
    'segment-min-rows': gate.segmentMinRows,
    'window-days': monitoring.windowDays,
    'facet-min-rows': monitoring.facetMinRows,
    image: props.imageUri,
    'instance-type': props.config.instanceType,
  };
  const fixed = commandLine(options);
  const inputs = [
    { name: 'features', uri: props.featuresUri },
    { name: 'labels', uri: props.labelsUri },
    { name: 'quality', uri: props.qualityUri },
  ];
  return states({
    Evaluate: processingJob(
      {
        ...props,
        instanceType: props.config.processingInstanceType,
        timeoutMinutes: props.config.maxRuntimeMinutes,
        program: 'evaluate.py',
        networkIsolation: true,
        arguments: `$append(['--data-through', $input.dataThrough, '--training-job', $trainingJob, '--model-uri', $modelData], ${literal(fixed)})`,
        inputs: `$append($append(${literal(inputs)}, [{'name': 'challenger', 'uri': $modelData}]), $championInput)`,
        output: { name: 'evaluation', uri: '$evaluation' },
      },
      'ReadDecision',
    ),
    ReadDecision: readJson(props.artifacts, jsonata(`$evaluationKey & '${layout.files.evaluation.decision}'`), {
      Assign: { decision: jsonata(body) },
      Next: 'Gate',
    }),
    Gate: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata(`$input.trigger = '${REPRODUCTION}'`), Next: 'Reproduced' },
        { Condition: jsonata('$decision.promoted'), Next: 'ReadModelCard' },
      ],
      Default: 'Held',
    },
    // A repeated training is no new model, whatever the gate decides.
    Reproduced: {
      Type: 'Succeed',
      Output: {
        outcome: 'Reproduced',
        reason: jsonata("'the model is ' & $decision.identity & '; nothing was registered'"),
        evaluationUri: jsonata('$evaluation'),
      },
    },
    Held: {
      Type: 'Succeed',
      Output: { outcome: 'Held', reason: jsonata('$decision.reason'), decision: jsonata('$decision') },
    },
  });
}
