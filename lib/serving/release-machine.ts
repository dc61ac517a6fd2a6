import { call, jsonata, type Definition } from '../shared/asl';
import { returnLease, takeLease } from '../shared/lease';
import { NO_MODEL, packageMetadata } from '../training/room';
import { MODEL_PARAMETER } from './room';
import { blameStates } from './release-blame';
import { RELEASE_FAILURE, version, type ReleaseMachineProps } from './release-context';
import { expiryChoices, expiryStates } from './release-expiry';
import { endStates, proofStates } from './release-proof';
import { updateStates } from './release-update';

/**
 * Release: `{"modelPackageArn", "force"}` → that version serves and is champion, or the champion still does and the package says why not.
 * `{"modelPackageArn": "none", "afterHours"}` → nothing serves, once the stack has not changed for so long.
 */
export function releaseMachine(props: ReleaseMachineProps): Definition {
  return {
    Comment: 'Put an approved version behind the endpoint through a stack update, prove it, or put the champion back',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Assign: {
          arn: jsonata('$states.input.modelPackageArn'),
          force: jsonata('$exists($states.input.force) and $states.input.force'),
          afterHours: jsonata('$exists($states.input.afterHours) ? $states.input.afterHours : 0'),
        },
        Next: 'IsExpiry',
      },
      ...expiryStates,
      DescribePackage: call(
        'aws-sdk:sagemaker:describeModelPackage',
        { ModelPackageName: jsonata('$arn') },
        {
          Assign: {
            approval: jsonata('$states.result.ModelApprovalStatus'),
            smokeTest: jsonata(
              `$substringAfter($states.result.CustomerMetadataProperties.${packageMetadata.smokeTest}, 's3://${props.artifacts}/')`,
            ),
          },
          Next: 'IsApproved',
        },
      ),
      IsApproved: {
        Type: 'Choice',
        Choices: [{ Condition: jsonata("$approval = 'Approved'"), Next: 'TakeLease' }],
        Default: 'NotApproved',
      },
      NotApproved: {
        Type: 'Pass',
        Assign: {
          failure: {
            error: 'NotApproved',
            cause: jsonata(
              "$arn & ' is ' & $approval & ': only an approved version is released; npm run kit -- approve'",
            ),
          },
        },
        // Nothing is held yet.
        Next: 'Alert',
      },
      ...leaseStates(props),
      ...decisionStates(props),
      ...updateStates(props),
      ...blameStates(props),
      ...proofStates(props),
      ...endStates(props),
    },
  };
}

function leaseStates({ lease, championParameter }: ReleaseMachineProps): Definition['States'] {
  return {
    TakeLease: takeLease(lease, { Next: 'ReadChampion' }),
    ReadChampion: call(
      'aws-sdk:ssm:getParameter',
      { Name: championParameter },
      { Assign: { champion: jsonata('$states.result.Parameter.Value') }, Next: 'DescribeStack' },
    ),
    ReturnLease: returnLease(lease, { next: 'Finished', onError: 'Finished' }),
    [RELEASE_FAILURE]: returnLease(lease, { next: 'Alert', onError: 'Alert' }),
  };
}

function decisionStates({ stackName }: ReleaseMachineProps): Definition['States'] {
  const skip = (reason: string) => ({ outcome: { outcome: 'skipped', reason: jsonata(reason) } });
  return {
    DescribeStack: call(
      'aws-sdk:cloudformation:describeStacks',
      { StackName: stackName },
      {
        Assign: {
          status: jsonata('$states.result.Stacks[0].StackStatus'),
          parameters: jsonata('[$states.result.Stacks[0].Parameters]'),
          current: jsonata(`$states.result.Stacks[0].Parameters[ParameterKey = '${MODEL_PARAMETER}'].ParameterValue`),
          changedAt: jsonata(
            '$toMillis($states.result.Stacks[0].($exists(LastUpdatedTime) ? LastUpdatedTime : CreationTime))',
          ),
        },
        Next: 'Decide',
      },
    ),
    Decide: {
      Type: 'Choice',
      Choices: [
        {
          // In review it waits for a person: a change set that nobody executed.
          Condition: jsonata("$contains($status, 'IN_PROGRESS') and $status != 'REVIEW_IN_PROGRESS'"),
          Next: 'WaitForStack',
        },
        {
          Condition: jsonata("$contains($status, 'FAILED') or $status in ['ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS']"),
          Assign: {
            failure: {
              error: 'StackBroken',
              cause: jsonata(
                `'stack ${stackName} is ' & $status & ': repair it with npm run kit -- up, then npm run kit -- release ' & $split($arn, '/')[-1]`,
              ),
            },
          },
          Next: RELEASE_FAILURE,
        },
        ...expiryChoices,
        {
          Condition: jsonata('$champion = $arn and $current = $arn'),
          Assign: skip("$arn & ' serves already'"),
          Next: 'TellOutcome',
        },
        {
          Condition: jsonata(
            `$not($force) and $champion != '${NO_MODEL}' and ${version('$champion')} > ${version('$arn')}`,
          ),
          Assign: skip("$champion & ' is newer and serves; an older version needs force: npm run kit -- rollback'"),
          Next: 'TellOutcome',
        },
      ],
      Default: 'UpdateStack',
    },
    // Two releases that wait for the same deployment should not ask in step.
    WaitForStack: { Type: 'Wait', Seconds: jsonata('10 + $floor($random() * 20)'), Next: 'DescribeStack' },
  };
}
