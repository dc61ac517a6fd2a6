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
import { type JobProps, tagList } from '../shared/processing-job';
import { TUNED, tunedRounds } from './families';
import { treatmentOf } from './treatment';
import { volumeKey } from '../shared/volume-key';

export interface TrainingProps extends JobProps {
  readonly config: Config['training'];
  readonly dataset: Dataset;
  /** File name in the code channel. */
  readonly sourceFile: string;
  readonly artifacts: string;
  readonly featuresUri: string;
  readonly labelsUri: string;
  readonly gate: Config['gate'];
  readonly labelDelayDays: number;
}

/** The measure on the select slice, by its name in the image's own metric definitions. */
const objective = ({ dataset }: TrainingProps) => ({
  Type: taskOf(dataset).rising ? ('Maximize' as const) : ('Minimize' as const),
  MetricName: `validation:${taskOf(dataset).metric}`,
});

/**
 * Hyperband counts values of the objective, and stops a trial at its limit. A trial prints one per round and that of the released
 * round again; with room for one more value no trial is stopped at its end.
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

/** The training job of one family in a map over names. Settings of the input belong to another family and are not used. */
export function familyJob<const Name extends string>(props: TrainingProps, next: Continuation<Name>): State<Name> {
  const family = '$states.input';
  const args = {
    TrainingJobName: attemptName(props.namePrefix, family),
    // The ensemble would resume from the checkpoints of its members, and its CPU seconds would be wrong.
    ...definition(props, `$states.context.Execution.Name & '/' & ${family}`),
    HyperParameters: trained(props, family, literal({})),
  };
  return startTraining(props, args, next);
}

/** JSONata of a stopped training's description: JSON in the task's cause, or plain text when the start was refused. */
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

/** Continues an earlier tuning job. Rows and code may differ, which only this type permits. */
export const warmStart = {
  WarmStartConfig: {
    WarmStartType: 'TransferLearning',
    ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: jsonata('$input.tuning.warmStart') }],
  },
};

/** The best completed trial. `BestTrainingJob` may be a stopped one, whose archive may hold no model. */
export function bestTrial<const Name extends string>(props: TrainingProps, next: Continuation<Name>): State<Name> {
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
 * Matches the output of train.py. SageMaker has its own definitions for its image, whose form train.py prints, and refuses others for a
 * training job. Tuning jobs were observed to need them and to refuse them: variable `metrics` starts with them, and a refusal empties it.
 */
export const metricDefinitions = (props: TrainingProps) => ({
  MetricDefinitions: [
    { Name: objective(props).MetricName, Regex: `validation-${taskOf(props.dataset).metric}:([0-9.]+)` },
  ],
});

const algorithm = ({ imageUri }: TrainingProps) => ({ TrainingImage: imageUri, TrainingInputMode: 'File' });

/** Shared parts of training jobs and tuning trials. SageMaker refuses DebugHookConfig and ProfilerConfig for new accounts. */
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
      // The folder is the execution's and not the attempt's, so that a retried job finds the checkpoints of the first.
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
      // If the container read the code from S3 by itself, it would need a network.
      channel('code', props.sourceArchive),
    ],
    EnableNetworkIsolation: true,
    OutputDataConfig: {
      S3OutputPath: `s3://${props.artifacts}/${folder(layout.artifacts.models)}`,
      // SageMaker would otherwise encrypt with the account's S3 key instead of the bucket's.
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
 * JSONata: hyperparameters of one training as an object of texts. The configured ones apply to the configured family; the input overrides them.
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

/** The hyperparameters of a tuning job, whose family needs no name. */
const tuned = (props: TrainingProps) => {
  const { algorithm, hyperparameters } = props.config;
  return `$merge([${literal(algorithm === TUNED ? hyperparameters : {})}, ${given}, ${told(props)}])`;
};

const given = '$exists($input.hyperparameters) ? $input.hyperparameters : {}';

/** Hyperparameters about code and slices, and about the treatment of a rare outcome and bias. */
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

/** SageMaker accepts hyperparameters as text only. */
const asStrings = (object: string) => `$each(${object}, function($value, $name) { {$name: $string($value)} })`;

/** The configured ranges in the service's form, with numbers as text. */
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
