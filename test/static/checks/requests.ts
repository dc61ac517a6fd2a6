/** What SageMaker refuses in a request for its own XGBoost image, which it takes for a built-in algorithm in script mode too. */
import type { Json } from '../../shared/json';
import { readable } from '../../shared/kit';
import { edit, rewrite, type Check } from '../check';
import type { Model, Node } from '../../../scripts/shared/model';

const OWN_IMAGE = /\/sagemaker-xgboost:/;

/** Developer Guide, "Tune an XGBoost model". */
const TUNABLE =
  'alpha colsample_bylevel colsample_bynode colsample_bytree eta gamma lambda max_delta_step max_depth min_child_weight num_round subsample'.split(
    ' ',
  );

const definition = ({ properties }: Node): Json => JSON.parse(readable(properties.DefinitionString));
const longest = ({ MaxWaitTimeInSeconds: wait, MaxRuntimeInSeconds: run }: Json): number => wait ?? run;

/** Machines that tune, with the seconds that all waves of trials and the evaluation may take. */
const tuners = ({ tasks }: Model) =>
  tasks
    .filter(({ integration }) => integration === 'sagemaker:createHyperParameterTuningJob.sync')
    .map(({ machine, arguments: { HyperParameterTuningJobConfig: config, TrainingJobDefinition: trial } }) => {
      const of = (name: string) => Number(new RegExp(`"${name}":(\\d+)`).exec(config)?.[1]);
      const jobs = tasks.filter((task) => task.machine === machine && /createProcessingJob/.test(task.integration));
      const evaluations = jobs.map(({ arguments: { StoppingCondition } }) => longest(StoppingCondition));
      const waves = Math.ceil(of('maxTrials') / of('maxParallel')) * longest(trial.StoppingCondition);
      return { machine, seconds: evaluations.reduce((sum, each) => sum + each, waves) };
    });

export const requests: Check[] = [
  {
    holds: 'a machine that tunes has time for every wave of trials and for its evaluation',
    find: (model) =>
      tuners(model)
        .filter(({ machine, seconds }) => definition(machine).TimeoutSeconds < seconds)
        .map(({ machine, seconds }) => ({
          at: machine.id,
          problem: `stopped after ${definition(machine).TimeoutSeconds} s, its jobs may take ${seconds} s`,
        })),
    mutations: [
      { breaks: rewrite(/\\"maxTrials\\\\\\":6/, '\\"maxTrials\\\\\\":60'), finds: /its jobs may take \d+ s/ },
    ],
  },
  {
    holds: "the guard's lease is not shorter than the training that it waits for",
    find: (model) =>
      model
        .ofType('AWS::Lambda::Function')
        .filter(({ properties }) => properties.Environment?.Variables?.GUARD !== undefined)
        .flatMap(({ id, properties }) => {
          const lease = JSON.parse(properties.Environment.Variables.GUARD).leaseMinutes * 60;
          return tuners(model)
            .filter(({ machine }) => lease < definition(machine).TimeoutSeconds)
            .map(({ machine }) => ({
              at: id,
              problem: `its lease ends after ${lease} s, ${machine.id} may take ${definition(machine).TimeoutSeconds} s`,
            }));
        }),
    mutations: [
      {
        breaks: edit(
          ({ Properties }) => Properties?.Environment?.Variables?.GUARD !== undefined,
          ({ Properties: { Environment } }) => {
            Environment.Variables.GUARD = Environment.Variables.GUARD.replace(
              /"leaseMinutes":\d+/,
              '"leaseMinutes":180',
            );
          },
        ),
        finds: /its lease ends after 10800 s/,
      },
    ],
  },
  {
    holds: "no training job brings metric definitions for SageMaker's own image",
    find: ({ tasks }) =>
      tasks
        .filter(({ integration }) => integration === 'sagemaker:createTrainingJob.sync')
        .filter(({ arguments: { AlgorithmSpecification: algorithm } }) => OWN_IMAGE.test(algorithm.TrainingImage))
        .filter(({ arguments: { AlgorithmSpecification: algorithm } }) => algorithm.MetricDefinitions !== undefined)
        .map(({ machine, state }) => ({
          at: `${machine.id} ${state}`,
          problem: 'MetricDefinitions: CreateTrainingJob refuses to override the definitions of this image',
        })),
    mutations: [
      {
        breaks: rewrite(
          /\\"TrainingInputMode\\":\\"File\\"/,
          '$&,\\"MetricDefinitions\\":[{\\"Name\\":\\"validation:auc\\",\\"Regex\\":\\"auc=(.*)\\"}]',
        ),
        finds: /refuses to override the definitions/,
      },
    ],
  },
  {
    holds: 'who lists model packages may list any: the call names no package',
    find: ({ grants }) =>
      grants
        .filter(({ actions, resources }) => actions.includes('sagemaker:ListModelPackages') && !resources.includes('*'))
        .map(({ policy }) => ({ at: policy.id, problem: 'sagemaker:ListModelPackages is limited to resources' })),
    mutations: [
      {
        breaks: edit(
          (resource) => JSON.stringify(resource).includes('sagemaker:ListModelPackages'),
          ({ Properties }) => {
            for (const statement of Properties.PolicyDocument.Statement)
              if (JSON.stringify(statement.Action).includes('sagemaker:ListModelPackages'))
                statement.Resource = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mlkit-models/*';
          },
        ),
        finds: /is limited to resources/,
        only: ['sandbox', 'standard', 'managed'],
      },
    ],
  },
  {
    holds: 'a tuning job ranges over what SageMaker lets be tuned',
    find: ({ tasks }) =>
      tasks
        .filter(({ integration }) => integration === 'sagemaker:createHyperParameterTuningJob.sync')
        .flatMap(({ machine, state, arguments: { HyperParameterTuningJobConfig: config } }) =>
          [...JSON.stringify(config).matchAll(/\\"Name\\":\\"(\w+)\\"/g)]
            .map(([, name = '']) => name)
            .filter((name) => !TUNABLE.includes(name))
            .map((name) => ({
              at: `${machine.id} ${state}`,
              problem: `${name} cannot be tuned, in script mode neither: choose of ${TUNABLE.join(', ')}`,
            })),
        ),
    mutations: [
      {
        breaks: rewrite(/(Name\\+":\\+")min_child_weight/, '$1reg_lambda'),
        finds: /reg_lambda cannot be tuned/,
      },
    ],
  },
];
