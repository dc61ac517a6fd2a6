import { body, call, choice, jsonata, readJson, states } from '../shared/asl';
import { names } from '../shared/names';
import { SMOKE_TEST } from './release-put-back';
import { patient, type ReleaseMachineProps } from './release-context';

/** Verifies the endpoint: after a guardrail's rollback the old model serves although the update succeeded. */
export function proofStates({ kit, artifacts }: ReleaseMachineProps) {
  const failed = [
    {
      ErrorEquals: ['States.ALL'],
      Assign: { reason: jsonata("$states.errorOutput.Error & ': ' & $string($states.errorOutput.Cause)") },
      Next: 'PutBack',
    },
  ] as const;
  const putBack = (reason: string) => ({ Type: 'Pass', Assign: { reason: jsonata(reason) }, Next: 'PutBack' }) as const;
  const EndpointName = names.endpoint(kit);
  // #region proof
  const closeEnough =
    '$count($scores) = $count($smoke.expectedScores) and $max($map($zip($scores, $smoke.expectedScores), function($pair) { $abs($pair[0] - $pair[1]) })) <= $smoke.tolerance';
  // #endregion proof
  return states({
    DescribeEndpoint: call(
      'aws-sdk:sagemaker:describeEndpoint',
      { EndpointName },
      {
        Assign: {
          endpoint: jsonata(
            "{'status': $states.result.EndpointStatus, 'config': $states.result.EndpointConfigName, 'why': $exists($states.result.FailureReason) ? $states.result.FailureReason : 'SageMaker gives no reason'}",
          ),
        },
        Catch: failed,
        Next: 'InService',
      },
    ),
    InService: choice("$endpoint.status = 'InService'", { yes: 'DescribeConfig', no: 'NotInService' }),
    NotInService: putBack(`'endpoint ${EndpointName} is ' & $endpoint.status & ': ' & $endpoint.why`),
    DescribeConfig: call(
      'aws-sdk:sagemaker:describeEndpointConfig',
      { EndpointConfigName: jsonata('$endpoint.config') },
      {
        Assign: { model: jsonata('$states.result.ProductionVariants[0].ModelName') },
        Catch: failed,
        Next: 'DescribeModel',
      },
    ),
    DescribeModel: call(
      'aws-sdk:sagemaker:describeModel',
      { ModelName: jsonata('$model') },
      { Assign: { served: jsonata('$states.result.Containers[0].ModelPackageName') }, Catch: failed, Next: 'ServesIt' },
    ),
    ServesIt: {
      Type: 'Choice',
      // #region proof
      Choices: [{ Condition: jsonata('$served = $arn'), Next: 'ReadSmokeTest' }],
      Default: 'ServesAnother',
      // #endregion proof
    },
    // The reason is an alarm, a health check or missing capacity; SageMaker may omit it (terraform-provider-aws#48997).
    ServesAnother: putBack(
      `'endpoint ${EndpointName} serves ' & $served & ', the update was rolled back: ' & $endpoint.why`,
    ),
    ReadSmokeTest: readJson(artifacts, jsonata('$smokeTest'), {
      Assign: { smoke: jsonata(body) },
      Catch: failed,
      Next: 'AskEndpoint',
    }),
    AskEndpoint: call(
      'aws-sdk:sagemakerruntime:invokeEndpoint',
      {
        EndpointName,
        ContentType: 'application/json',
        Accept: 'application/json',
        Body: jsonata('$string($smoke.request)'),
      },
      {
        Assign: { scores: jsonata('[$parse($states.result.Body).predictions.score]') },
        // #region proof
        // The first call of a new serverless endpoint loads image and model.
        Retry: [patient],
        // #endregion proof
        Catch: [
          {
            // This is the container's own error; other errors come from the service or the account.
            ErrorEquals: ['SageMakerRuntime.ModelErrorException'],
            Assign: { reason: jsonata(`'${SMOKE_TEST}' & $string($states.errorOutput.Cause)`) },
            Next: 'PutBack',
          },
          ...failed,
        ],
        Next: 'AnswersAsGated',
      },
    ),
    AnswersAsGated: {
      Type: 'Choice',
      Choices: [
        {
          // #region proof
          Condition: jsonata(closeEnough),
          Assign: { outcome: { outcome: 'released', reason: 'serves what the gate saw' } },
          Next: 'WriteChampion',
          // #endregion proof
        },
      ],
      Default: 'AnswersOtherwise',
    },
    AnswersOtherwise: putBack(
      `'${SMOKE_TEST}scores ' & $string($scores) & ', the gated model gave ' & $string($smoke.expectedScores)`,
    ),
  });
}
