import type { Config } from '../config';
import {
  attemptName,
  call,
  filled,
  job,
  jsonata,
  literal,
  throttledBySageMaker,
  type Continuation,
  type State,
} from '../shared/asl';
import { taskOf } from '../shared/dataset';
import type { Dataset } from '../shared/dataset-file';
import { folder, layout } from '../shared/names';
import { tagList } from '../shared/processing-job';
import { TUNED, tunedRounds } from './families';
import { treatmentOf } from './treatment';
import { volumeKey } from '../shared/volume-key';
import type { VpcConfig } from '../shared/job-role';

export interface TrainingProps {
  readonly config: Config['training'];
  readonly dataset: Dataset;
  readonly namePrefix: string;
  readonly tags: Record<string, string>;
  readonly roleArn: string;
  readonly imageUri: string;
  readonly sourceArchive: string;
  /** Its name in the channel that brings it. */
  readonly sourceFile: string;
  readonly keyArn: string;
  readonly artifacts: string;
  readonly featuresUri: string;
  readonly labelsUri: string;
  readonly gate: Config['gate'];
  readonly labelDelayDays: number;
  /** The isolated network. @default none */
  readonly vpcConfig?: VpcConfig;
}

/** What a training is measured by on the select slice, by the name of the image's own definitions. */
const objective = ({ dataset }: Pick<TrainingProps, 'dataset'>) => ({
  Type: taskOf(dataset).rising ? ('Maximize' as const) : ('Minimize' as const),
  MetricName: `validation:${taskOf(dataset).metric}`,
});

/**
 * Hyperband counts figures of the objective, and stops a trial at the last that it allows. A trial prints one a round and the released
 * round's again: with room for one more none is stopped at its end.
 */
const FIGURES_BEYOND_ROUNDS = 2;

/** One training job in script mode. */
export function trainingJob<const Name extends string>(props: TrainingProps, next: Continuation<Name>): State<Name> {
  const family = `$exists($input.algorithm) ? $input.algorithm : '${props.config.algorithm}'`;
  const args = {
    TrainingJobName: attemptName(props.namePrefix),
    ...definition(props),
    HyperParameters: trained(props, family, given),
  };
  return startTraining(props, args, next);
}

/** The training job of one family in a map over their names. What the input sets belongs to one family, which is not this one's to take. */
export function familyJob<const Name extends string>(props: TrainingProps, next: Continuation<Name>): State<Name> {
  const family = '$states.input';
  const args = {
    TrainingJobName: attemptName(props.namePrefix, family),
    // The ensemble would go on from the checkpoints of its members, and its CPU seconds would not be its own.
    ...definition(props, `$states.context.Execution.Name & '/' & ${family}`),
    HyperParameters: trained(props, family, literal({})),
  };
  return startTraining(props, args, next);
}

/** JSONata of what a stopped training said of itself: the task's cause is its description, and plain text where the start was refused. */
export const stoppedTraining =
  "$contains($states.errorOutput.Cause, 'TrainingJobStatus') ? $parse($states.errorOutput.Cause) : {'FailureReason': $states.errorOutput.Cause}";

const startTraining = <const Name extends string>(
  props: TrainingProps,
  args: Record<string, unknown>,
  next: Continuation<Name>,
): State<Name> =>
  job(
    'sagemaker:createTrainingJob',
    { AlgorithmSpecification: algorithm(props), ...args, Tags: tagList(props.tags) },
    { ...next, refused: throttledBySageMaker },
  );

/**
 * A tuning job over the configured ranges. The input may override `tuning.strategy`, `.maxTrials`, `.maxParallel`, `.earlyStopping`,
 * `.minResource` and `.ranges` (in the service's shape of ParameterRanges), so that a lab tries strategies without deploying.
 * @param start `WarmStartConfig` or nothing: a state cannot leave a member out when it runs
 */
export function tuningJob<const Name extends string>(
  props: TrainingProps,
  next: Continuation<Name>,
  start: Partial<typeof warmStart> = {},
): State<Name> {
  const { tuning } = props.config;
  const own = {
    strategy: tuning.strategy,
    maxTrials: tuning.maxTrials,
    maxParallel: tuning.maxParallel,
    earlyStopping: tuning.earlyStopping,
    minResource: tuning.hyperband.minResource,
    ranges: parameterRanges(tuning.ranges),
  };
  const chosen = `$merge([${literal(own)}, $exists($input.tuning) ? $input.tuning : {}])`;
  const names =
    '$append($append($t.ranges.IntegerParameterRanges.Name, $t.ranges.ContinuousParameterRanges.Name), $t.ranges.CategoricalParameterRanges.Name)';
  const args = {
    HyperParameterTuningJobName: attemptName(props.namePrefix),
    HyperParameterTuningJobConfig: jsonata(`(
      $t := ${chosen};
      $most := $merge([{'num_round': ${tunedRounds(props.config.algorithm, props.config.hyperparameters)}}, ${given}]).num_round + ${FIGURES_BEYOND_ROUNDS};
      $merge([
        {
          'Strategy': $t.strategy,
          'HyperParameterTuningJobObjective': ${literal(objective(props))},
          'ResourceLimits': $merge([{'MaxParallelTrainingJobs': $t.maxParallel}, $t.strategy = 'Grid' ? {} : {'MaxNumberOfTrainingJobs': $t.maxTrials}]),
          'ParameterRanges': $t.ranges,
          'TrainingJobEarlyStoppingType': $t.earlyStopping
        },
        $t.strategy = 'Hyperband' ? {'StrategyConfig': {'HyperbandStrategyConfig': {'MinResource': $t.minResource, 'MaxResource': $most}}} : {}
      ])
    )`),
    TrainingJobDefinition: {
      AlgorithmSpecification: jsonata(`$merge([${literal(algorithm(props))}, $metrics])`),
      ...definition(props),
      // A hyperparameter may be static or tuned, not both.
      StaticHyperParameters: jsonata(`(
        $t := ${chosen};
        $tuned := ${names};
        $sift($merge([${asStrings(tuned(props))}]), function($value, $name) { $not($name in $tuned) })
      )`),
    },
    Tags: tagList(props.tags),
    ...start,
  };
  return job('sagemaker:createHyperParameterTuningJob', args, { ...next, refused: throttledBySageMaker });
}

/** Goes on from an earlier tuning job. Its rows and its code are those of another day, which only this type allows. */
export const warmStart = {
  WarmStartConfig: {
    WarmStartType: 'TransferLearning',
    ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: jsonata('$input.tuning.warmStart') }],
  },
};

/** The best trial that ran to its end. `BestTrainingJob` may be a stopped one, whose archive may hold no model. */
export function bestTrial<const Name extends string>(
  props: Pick<TrainingProps, 'dataset'>,
  next: Continuation<Name>,
): State<Name> {
  const args = {
    HyperParameterTuningJobName: jsonata('$job.HyperParameterTuningJobName'),
    StatusEquals: 'Completed',
    SortBy: 'FinalObjectiveMetricValue',
    SortOrder: { Maximize: 'Descending', Minimize: 'Ascending' }[objective(props).Type],
    MaxResults: 1,
  };
  return call('aws-sdk:sagemaker:listTrainingJobsForHyperParameterTuningJob', args, next);
}

/**
 * Finds what train.py prints. SageMaker keeps definitions of its own for its own image, whose form train.py prints, and refuses others for a
 * training job. In a tuning job they were seen needed and seen refused: variable `metrics` begins with them, and a refusal empties it.
 */
export const metricDefinitions = (props: Pick<TrainingProps, 'dataset'>) => ({
  MetricDefinitions: [
    { Name: objective(props).MetricName, Regex: `validation-${taskOf(props.dataset).metric}:([0-9.]+)` },
  ],
});

const algorithm = ({ imageUri }: TrainingProps) => ({ TrainingImage: imageUri, TrainingInputMode: 'File' });

/** What a training job and the trials of a tuning job share. No DebugHookConfig, no ProfilerConfig: new accounts are refused with either. */
function definition(props: TrainingProps, checkpoints = '$states.context.Execution.Name') {
  const { config } = props;
  const channel = (name: string, uri: string) => ({
    ChannelName: name,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' } },
  });
  // #region spot
  const spot = {
    EnableManagedSpotTraining: true,
    CheckpointConfig: {
      // The folder is the execution's and not the attempt's: a retried job finds what the first one saved.
      S3Uri: jsonata(filled(`s3://${props.artifacts}/${layout.artifacts.checkpoints}`, { job: checkpoints })),
    },
  };
  // #endregion spot
  return {
    RoleArn: props.roleArn,
    // #region job
    InputDataConfig: [
      channel('features', props.featuresUri),
      channel('labels', props.labelsUri),
      // Read from S3 by the container itself, the code would need a network.
      channel('code', props.sourceArchive),
    ],
    EnableNetworkIsolation: true,
    OutputDataConfig: {
      S3OutputPath: `s3://${props.artifacts}/${folder(layout.artifacts.models)}`,
      // SageMaker encrypts with the account's S3 key otherwise, not with the bucket's.
      KmsKeyId: props.keyArn,
    },
    ResourceConfig: {
      InstanceCount: 1,
      InstanceType: config.instanceType,
      VolumeSizeInGB: 10,
      ...volumeKey(config.instanceType, props.keyArn),
    },
    // #endregion job
    // #region spot
    StoppingCondition: {
      MaxRuntimeInSeconds: config.maxRuntimeMinutes * 60,
      ...(config.spot ? { MaxWaitTimeInSeconds: config.maxWaitMinutes * 60 } : {}),
    },
    ...(config.spot ? spot : {}),
    // #endregion spot
    ...(props.vpcConfig === undefined ? {} : { VpcConfig: props.vpcConfig }),
  };
}

/**
 * Hyperparameters of one training: the configured ones where the family is the configured one, and others over them; JSONata of one object of texts.
 * @param family JSONata of its name
 * @param over JSONata of an object
 */
function trained(props: TrainingProps, family: string, over: string): string {
  const { algorithm, hyperparameters, seeds } = props.config;
  const all = `(
        $algorithm := ${family};
        $merge([$algorithm = '${algorithm}' ? ${literal(hyperparameters)} : {}, ${over}, {'algorithm': $algorithm, 'seeds': ${seeds}}, ${told(props)}])
      )`;
  return jsonata(`$merge([${asStrings(all)}])`);
}

/** Those of a tuning job, whose family needs no name. */
const tuned = (props: TrainingProps) => {
  const { algorithm, hyperparameters } = props.config;
  return `$merge([${literal(algorithm === TUNED ? hyperparameters : {})}, ${given}, ${told(props)}])`;
};

const given = '$exists($input.hyperparameters) ? $input.hyperparameters : {}';

/** What a job is told about code and slices, and what is done about a rare outcome and bias. */
function told({ config, gate, labelDelayDays, sourceFile }: TrainingProps): string {
  const treatment = treatmentOf(config);
  const fixed = {
    ...treatment,
    sagemaker_program: 'train.py',
    sagemaker_submit_directory: `/opt/ml/input/data/code/${sourceFile}`,
    gate_days: gate.gateDays,
    select_days: gate.selectDays,
    label_delay_days: labelDelayDays,
  };
  const chosen = `$sift($input, function($value, $name) { $name in ${literal(Object.keys(treatment))} })`;
  return `${literal(fixed)}, ${chosen}, {'data_through': $input.dataThrough}`;
}

/** SageMaker takes hyperparameters as text only. */
const asStrings = (object: string) => `$each(${object}, function($value, $name) { {$name: $string($value)} })`;

/** The configuration's ranges in the service's shape: numbers are text there. */
export function parameterRanges(ranges: Config['training']['tuning']['ranges']) {
  const named = Object.entries(ranges).map(([Name, range]) => ({ Name, range }));
  const numeric = (type: 'Integer' | 'Continuous') =>
    named.flatMap(({ Name, range }) =>
      range.type === type
        ? [{ Name, MinValue: String(range.min), MaxValue: String(range.max), ScalingType: range.scaling }]
        : [],
    );
  return {
    IntegerParameterRanges: numeric('Integer'),
    ContinuousParameterRanges: numeric('Continuous'),
    CategoricalParameterRanges: named.flatMap(({ Name, range }) =>
      range.type === 'Categorical' ? [{ Name, Values: range.values }] : [],
    ),
  };
}
