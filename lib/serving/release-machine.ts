import { call, choice, failsAs, failure, jsonata, machine, states } from '../shared/asl';
import { takeLease } from '../shared/lease';
import { readChampion } from '../training/champion';
import { NO_MODEL, packageMetadata } from '../training/room';
import { MODEL_PARAMETER } from './room';
import { RELEASE_FAILURE, version, type ReleaseMachineProps } from './release-context';
import { endStates } from './release-end';
import { expiryStates, isExpiry } from './release-expiry';
import { proofStates } from './release-proof';
import { putBackStates } from './release-put-back';
import { updateStates } from './release-update';

/**
 * Release: `{"modelPackageArn", "force"}` → that version serves and is champion, or the champion still does and the package says why not.
 * `{"modelPackageArn": "none", "afterHours"}` → nothing serves, once the stack has not changed for so long.
 */
export function releaseMachine(props: ReleaseMachineProps) {
  return machine({
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
      IsApproved: choice("$approval = 'Approved'", { yes: 'TakeLease', no: 'NotApproved' }),
      NotApproved: failsAs(
        'NotApproved',
        "$arn & ' is ' & $approval & ': only an approved version is released; npm run kit -- approve'",
        // No lease is held yet.
        'Alert',
      ),
      TakeLease: takeLease(props.lease, { Next: 'ReadChampion' }),
      ReadChampion: readChampion(props.championParameter, 'DescribeStack'),
      ...decisionStates(props),
      ...updateStates(props),
      ...proofStates(props),
      ...putBackStates(props),
      ...endStates(props),
      ...expiryStates,
    },
  });
}

function decisionStates({ stackName }: ReleaseMachineProps) {
  const skip = (reason: string) => ({ outcome: { outcome: 'skipped', reason: jsonata(reason) } });
  return states({
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
          // REVIEW_IN_PROGRESS lasts until a person executes a change set.
          Condition: jsonata("$contains($status, 'IN_PROGRESS') and $status != 'REVIEW_IN_PROGRESS'"),
          Next: 'WaitForStack',
        },
        {
          Condition: jsonata("$contains($status, 'FAILED') or $status in ['ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS']"),
          Assign: failure(
            'StackBroken',
            `'stack ${stackName} is ' & $status & ': repair it with npm run kit -- up, then npm run kit -- release ' & $split($arn, '/')[-1]`,
          ),
          Next: RELEASE_FAILURE,
        },
        { Condition: jsonata(isExpiry), Next: 'DecideExpiry' },
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
    // The jitter keeps two waiting releases from polling at the same time.
    WaitForStack: { Type: 'Wait', Seconds: jsonata('10 + $floor($random() * 20)'), Next: 'DescribeStack' },
  });
}
