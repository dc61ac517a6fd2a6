/** What SageMaker refuses in a request for its own XGBoost image, which it takes for a built-in algorithm in script mode too. */
import { rewrite, type Check } from '../check';

const OWN_IMAGE = /\/sagemaker-xgboost:/;

/** Developer Guide, "Tune an XGBoost model". */
const TUNABLE =
  'alpha colsample_bylevel colsample_bynode colsample_bytree eta gamma lambda max_delta_step max_depth min_child_weight num_round subsample'.split(
    ' ',
  );

export const requests: Check[] = [
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
