/** Mode `bakeoff` of Train: trains a model of each family, compares them in one table, and sends the winner to the gate. */
import { body, choice, failsAs, jsonata, literal, readJson, states } from '../shared/asl';
import { layout } from '../shared/names';
import { commandLine, processingJob } from '../shared/processing-job';
import type { Config } from '../config';
import { algorithms } from './families';
import type { TrainMachineProps } from './train-machine';
import { familyJob, stoppedTraining } from './training-jobs';

/** Half of the spot instances that a new account has, as in a tuning job. */
const AT_ONCE = 2;

/** A processing job accepts ten inputs: code, features, labels, and one per family. */
const MOST_FAMILIES = 10 - 3;

/** Length limit for an argument of a processing job. */
const LONGEST_ARGUMENT = 256;

type Patience = Pick<Config['training'], 'spot' | 'maxWaitMinutes' | 'maxRuntimeMinutes'>;

/** Longest duration of the trainings of a bake-off; on Spot each may wait for capacity. */
export const bakeoffMinutes = ({ spot, maxWaitMinutes, maxRuntimeMinutes }: Patience): number =>
  Math.ceil(algorithms.length / AT_ONCE) * (spot ? maxWaitMinutes : maxRuntimeMinutes);

/** @throws Error when there are more families than inputs of a processing job */
export function bakeoffStates(props: TrainMachineProps) {
  if (algorithms.length > MOST_FAMILIES)
    throw new Error(
      `${algorithms.length} model families are more than the ${MOST_FAMILIES} inputs that the comparison has left`,
    );
  return states({
    ChooseFamilies: {
      Type: 'Pass',
      Assign: {
        families: jsonata(`[$distinct($exists($input.families) ? [$input.families] : ${literal(algorithms)})]`),
      },
      Next: 'AreFamilies',
    },
    AreFamilies: choice(`$count($families) > 0 and $count($families[$not($ in ${literal(algorithms)})]) = 0`, {
      yes: 'TrainFamilies',
      no: 'UnknownFamily',
    }),
    UnknownFamily: failsAs(
      'UnknownFamily',
      `'families ' & $string($families) & ' must be some of ${algorithms.join(', ')}'`,
      'Alert',
    ),
    TrainFamilies: {
      Type: 'Map',
      Items: jsonata('$families'),
      MaxConcurrency: AT_ONCE,
      // A variable of an iteration may not have the name of a variable of the machine.
      ItemProcessor: { StartAt: 'TrainFamily', States: familyStates(props) },
      Assign: {
        contenders: jsonata('[$states.result[$exists(modelData)]]'),
        failed: jsonata('[$states.result[$exists(problem)]]'),
      },
      Next: 'HasContender',
    },
    HasContender: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata('$count($contenders) > 0'), Next: 'Compare' },
        { Condition: jsonata('$not(false in $failed.noCapacity)'), Next: 'TellNoCapacity' },
      ],
      Default: 'NoContender',
    },
    NoContender: failsAs('TrainingFailed', "$join($failed.(family & ': ' & problem), '; ')", 'Alert'),
    Compare: compareJob(props),
    ReadBakeoff: readJson(props.artifacts, jsonata(`$evaluationKey & '${layout.files.bakeoff.table}'`), {
      Assign: {
        ...winners('modelData'),
        ...winners('trained'),
        ...winners('trainingJob'),
      },
      Next: 'Evaluate',
    }),
  });
}

/** A fact of the winner's training as a variable, named as Evaluate expects it. */
const winners = <Fact extends string>(fact: Fact) =>
  ({ [fact]: jsonata(`($winner := ${body}.winner; $contenders[family = $winner].${fact})`) }) as Record<Fact, string>;

/** A family that cannot be trained is recorded, and does not stop the others. */
function familyStates(props: TrainMachineProps) {
  return states({
    TrainFamily: familyJob(props, {
      Output: {
        family: jsonata('$states.input'),
        trained: jsonata('$states.result.TrainingJobName'),
        trainingJob: jsonata('$states.result.TrainingJobArn'),
        modelData: jsonata('$states.result.ModelArtifacts.S3ModelArtifacts'),
      },
      Catch: [
        { ErrorEquals: ['States.ALL'], Assign: { stopped: jsonata(`(${stoppedTraining})`) }, Next: 'NotTrained' },
      ],
      End: true,
    }),
    NotTrained: {
      Type: 'Pass',
      Output: jsonata(
        "($none := $stopped.SecondaryStatus = 'MaxWaitTimeExceeded'; {'family': $states.context.Map.Item.Value, 'noCapacity': $none, 'problem': $none ? 'no spot capacity came within maxWaitMinutes' : $exists($stopped.FailureReason) ? $stopped.FailureReason : $string($stopped)})",
      ),
      End: true,
    },
  });
}

/** Scores the models on the same rows, without the champion: Evaluate compares it with the winner. */
function compareJob(props: TrainMachineProps) {
  const fixed = commandLine({ 'label-delay-days': props.labelDelayDays, draws: props.gate.draws });
  const inputs = [
    { name: 'features', uri: props.featuresUri },
    { name: 'labels', uri: props.labelsUri },
  ];
  // The folder of a job's output contains its archive and its description.
  const models = "$contenders.{'name': family, 'uri': $replace(modelData, /model\\.tar\\.gz$/, '')}";
  const failed = `$count($failed) = 0 ? [] : $append(['--failed'], $failed.$substring($replace(family & ': ' & problem, /\\s+/, ' '), 0, ${LONGEST_ARGUMENT}))`;
  return processingJob(
    {
      ...props,
      instanceType: props.config.processingInstanceType,
      timeoutMinutes: props.config.maxRuntimeMinutes,
      program: 'bakeoff.py',
      networkIsolation: true,
      arguments: `$append($append($append(['--data-through', $input.dataThrough, '--families'], $contenders.family), ${literal(fixed)}), ${failed})`,
      inputs: `$append(${literal(inputs)}, ${models})`,
      output: { name: 'bakeoff', uri: '$evaluation' },
    },
    'ReadBakeoff',
  );
}
