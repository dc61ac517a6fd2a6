import { call, jsonata, type State, states } from '../shared/asl';
import { patient, RELEASE_FAILURE, type ReleaseMachineProps } from './release-context';
import { isExpiry } from './release-expiry';
import { MODEL_PARAMETER } from './room';

interface Refusal<Name extends string> {
  /** The stack has the value already. */
  readonly unchanged: Name;
  /** Something else changes the stack, or the call was throttled. */
  readonly later: Name;
}

/** The three states in which the stack is given a value: the call, what its refusal means, and one look at how far it is. */
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
        // Not repeated: a second call while the first runs would read as a failure.
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
  // Both are refusals to CloudFormation, and neither says that the update is wrong.
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
    // A release that died after its update finds nothing to change when it is started again.
    UpdateRefused: update.refused({ unchanged: 'DescribeEndpoint', later: 'WaitForStack' }),
    TellRefusal: {
      Type: 'Pass',
      Assign: { failure: { error: 'UpdateRefused', cause: jsonata('$refusal') } },
      Next: RELEASE_FAILURE,
    },
    WaitForUpdate: { Type: 'Wait', Seconds: 15, Next: 'PollUpdate' },
    PollUpdate: update.poll('Updated'),
    Updated: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$contains($status, 'IN_PROGRESS')"), Next: 'WaitForUpdate' },
        // Nothing serves then, so there is nothing to prove.
        { Condition: jsonata(`$status = 'UPDATE_COMPLETE' and ${isExpiry}`), Next: 'Expired' },
        { Condition: jsonata("$status = 'UPDATE_COMPLETE'"), Next: 'DescribeEndpoint' },
      ],
      Default: 'ExplainUpdate',
    },
  });
}
