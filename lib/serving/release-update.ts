import { call, jsonata, type Definition, type State } from '../shared/asl';
import { MODEL_PARAMETER } from './room';
import { patient, RELEASE_FAILURE, type ReleaseMachineProps } from './release-context';
import { expiredChoice } from './release-expiry';

/** The stack update, forward to the new version and back to the champion. */
export function updateStates(props: ReleaseMachineProps): Definition['States'] {
  const { stackName } = props;
  const update = (value: string, states: { refused: string; next: string }) =>
    call(
      'aws-sdk:cloudformation:updateStack',
      {
        StackName: stackName,
        UsePreviousTemplate: true,
        RoleARN: props.stackRoleArn,
        Parameters: jsonata(
          `[$parameters.(ParameterKey = '${MODEL_PARAMETER}' ? {'ParameterKey': ParameterKey, 'ParameterValue': ${value}} : {'ParameterKey': ParameterKey, 'UsePreviousValue': true})]`,
        ),
      },
      {
        // Not repeated: a second call while the first runs would read as a failure.
        Retry: [],
        Catch: [
          {
            ErrorEquals: ['CloudFormation.CloudFormationException'],
            Assign: { refusal: jsonata('$states.errorOutput.Cause') },
            Next: states.refused,
          },
        ],
        Next: states.next,
      },
    );
  const poll = (next: string) =>
    call(
      'aws-sdk:cloudformation:describeStacks',
      { StackName: stackName },
      { Assign: { status: jsonata('$states.result.Stacks[0].StackStatus') }, Retry: [patient], Next: next },
    );
  const unchanged = jsonata("$contains($refusal, 'No updates are to be performed')");
  // Both are refusals to CloudFormation, and neither says that the update is wrong.
  const later = jsonata('$contains($refusal, /IN_PROGRESS|Rate exceeded|Throttling/)');
  const refused = (next: { unchanged: string; later: string }): State => ({
    Type: 'Choice',
    Choices: [
      { Condition: unchanged, Next: next.unchanged },
      { Condition: later, Next: next.later },
    ],
    Default: 'TellRefusal',
  });
  const refusedFailure = { failure: { error: 'UpdateRefused', cause: jsonata('$refusal') } };
  return {
    UpdateStack: update('$arn', { refused: 'UpdateRefused', next: 'WaitForUpdate' }),
    // A release that died after its update finds nothing to change when it is started again.
    UpdateRefused: refused({ unchanged: 'DescribeEndpoint', later: 'WaitForStack' }),
    TellRefusal: { Type: 'Pass', Assign: refusedFailure, Next: RELEASE_FAILURE },
    WaitForUpdate: { Type: 'Wait', Seconds: 15, Next: 'PollUpdate' },
    PollUpdate: poll('Updated'),
    Updated: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$contains($status, 'IN_PROGRESS')"), Next: 'WaitForUpdate' },
        expiredChoice,
        { Condition: jsonata("$status = 'UPDATE_COMPLETE'"), Next: 'DescribeEndpoint' },
      ],
      Default: 'ExplainUpdate',
    },
    PutBack: update('$champion', { refused: 'PutBackRefused', next: 'WaitForPutBack' }),
    PutBackRefused: refused({ unchanged: 'IsPackageToBlame', later: 'WaitToPutBack' }),
    WaitToPutBack: { Type: 'Wait', Seconds: 15, Next: 'PutBack' },
    WaitForPutBack: { Type: 'Wait', Seconds: 15, Next: 'PollPutBack' },
    PollPutBack: poll('IsBack'),
    IsBack: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$contains($status, 'IN_PROGRESS')"), Next: 'WaitForPutBack' },
        { Condition: jsonata("$status = 'UPDATE_COMPLETE'"), Next: 'IsPackageToBlame' },
      ],
      Default: 'StillBroken',
    },
    StillBroken: {
      Type: 'Pass',
      Assign: {
        failure: {
          error: 'ChampionNotBack',
          cause: jsonata(
            `$reason & '; putting ' & $champion & ' back ended as ' & $status & ': repair stack ${stackName}'`,
          ),
        },
      },
      Next: RELEASE_FAILURE,
    },
  };
}
