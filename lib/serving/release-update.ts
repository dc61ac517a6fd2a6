import { call, failsAs, jsonata, type State, states } from '../shared/asl';
import { patient, RELEASE_FAILURE, type ReleaseMachineProps } from './release-context';
import { isExpiry } from './release-expiry';
import { MODEL_PARAMETER } from './room';

interface Refusal<Name extends string> {
  /** The stack has the value already. */
  readonly unchanged: Name;
  /** The stack is being changed elsewhere, or the call was throttled. */
  readonly later: Name;
}

/** The three states that set the stack's parameter: the call, the meaning of its refusal, and a poll of the progress. */
export const stackUpdate = ({ stackName, stackRoleArn }: ReleaseMachineProps) => ({
  call: <const Name extends string>(value: string, { refused, next }: { refused: Name; next: Name }) =>
    call(
      'aws-sdk:cloudformation:updateStack',
      {
        // #region update
        StackName: stackName,
        UsePreviousTemplate: true,
        RoleARN: stackRoleArn,
        Parameters: jsonata(
          `[$parameters.(ParameterKey = '${MODEL_PARAMETER}' ? {'ParameterKey': ParameterKey, 'ParameterValue': ${value}} : {'ParameterKey': ParameterKey, 'UsePreviousValue': true})]`,
        ),
      },
      {
        // A retry while the first call runs would look like a failure.
        Retry: [],
        // #endregion update
        Catch: [
          {
            ErrorEquals: ['CloudFormation.CloudFormationException'],
            Assign: { refusal: jsonata('$states.errorOutput.Cause') },
            Next: refused,
          },
        ],
        Next: next,
      },
    ),
  // CloudFormation reports both cases as refusals, although the update is valid.
  refused: <const Name extends string>({ unchanged, later }: Refusal<Name>): State<Name | 'TellRefusal'> => ({
    Type: 'Choice',
    Choices: [
      { Condition: jsonata("$contains($refusal, 'No updates are to be performed')"), Next: unchanged },
      { Condition: jsonata('$contains($refusal, /IN_PROGRESS|Rate exceeded|Throttling/)'), Next: later },
    ],
    Default: 'TellRefusal',
  }),
  poll: <const Name extends string>(next: Name) =>
    call(
      'aws-sdk:cloudformation:describeStacks',
      { StackName: stackName },
      { Assign: { status: jsonata('$states.result.Stacks[0].StackStatus') }, Retry: [patient], Next: next },
    ),
});

/** The update of the stack to the version that is released. */
export function updateStates(props: ReleaseMachineProps) {
  const update = stackUpdate(props);
  return states({
    UpdateStack: update.call('$arn', { refused: 'UpdateRefused', next: 'WaitForUpdate' }),
    // A release that stopped after its update finds no change when it is started again.
    UpdateRefused: update.refused({ unchanged: 'DescribeEndpoint', later: 'WaitForStack' }),
    TellRefusal: failsAs('UpdateRefused', '$refusal', RELEASE_FAILURE),
    WaitForUpdate: { Type: 'Wait', Seconds: 15, Next: 'PollUpdate' },
    PollUpdate: update.poll('Updated'),
    Updated: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$contains($status, 'IN_PROGRESS')"), Next: 'WaitForUpdate' },
        // There is nothing to verify when no model serves.
        { Condition: jsonata(`$status = 'UPDATE_COMPLETE' and ${isExpiry}`), Next: 'Expired' },
        { Condition: jsonata("$status = 'UPDATE_COMPLETE'"), Next: 'DescribeEndpoint' },
      ],
      Default: 'ExplainUpdate',
    },
  });
}
