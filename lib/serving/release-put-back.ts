import { call, failsAs, failure, jsonata, publish, states } from '../shared/asl';
import { RELEASE_FAILURE, version, type ReleaseMachineProps } from './release-context';
import { isExpiry } from './release-expiry';
import { stackUpdate } from './release-update';

/** Prefix of reasons from the smoke test. */
export const SMOKE_TEST = 'smoke test: ';

/**
 * JSONata: whether the model is the reason of a failure. Its container did not become healthy, its answers differ from the gate's, or an alarm
 * was raised. Quotas, capacity, throttling, images that cannot be pulled and missing grants, also on an alarm, are the account's;
 * an unknown reason is not attributed to the model.
 */
export const accuses = (reason: string) =>
  `$contains(${reason}, /^${SMOKE_TEST}|ping health check|alarm/i) and $not($contains(${reason}, /not authorized|AccessDenied|not exist/i))`;

/** A failed release: restore the champion, reject the package if the model is the reason, and notify. */
export function putBackStates(props: ReleaseMachineProps) {
  const { stackName, explainArn, alertsTopicArn } = props;
  const update = stackUpdate(props);
  const rejected = { outcome: { outcome: 'rejected', reason: jsonata('$reason') } };
  return states({
    ExplainUpdate: call(
      'lambda:invoke',
      { FunctionName: explainArn, Payload: { stackName } },
      {
        Assign: { reason: jsonata('$states.result.Payload.reason') },
        // CloudFormation has restored the previous value by itself.
        Next: 'IsPackageToBlame',
      },
    ),
    PutBack: update.call('$champion', { refused: 'PutBackRefused', next: 'WaitForPutBack' }),
    PutBackRefused: update.refused({ unchanged: 'IsPackageToBlame', later: 'WaitToPutBack' }),
    WaitToPutBack: { Type: 'Wait', Seconds: 15, Next: 'PutBack' },
    WaitForPutBack: { Type: 'Wait', Seconds: 15, Next: 'PollPutBack' },
    PollPutBack: update.poll('IsBack'),
    IsBack: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$contains($status, 'IN_PROGRESS')"), Next: 'WaitForPutBack' },
        { Condition: jsonata("$status = 'UPDATE_COMPLETE'"), Next: 'IsPackageToBlame' },
      ],
      Default: 'StillBroken',
    },
    StillBroken: failsAs(
      'ChampionNotBack',
      `$reason & '; putting ' & $champion & ' back ended as ' & $status & ': repair stack ${stackName}'`,
      RELEASE_FAILURE,
    ),
    IsPackageToBlame: {
      Type: 'Choice',
      Choices: [
        {
          Condition: jsonata(isExpiry),
          Assign: failure('ExpiryFailed', '$reason'),
          Next: RELEASE_FAILURE,
        },
        { Condition: jsonata(accuses('$reason')), Next: 'Reject' },
      ],
      Default: 'NotReleased',
    },
    NotReleased: failsAs(
      'NotReleased',
      `$reason & '. ' & $champion & ' serves; ' & $arn & ' is not to blame and stays approved: mend the cause, then npm run kit -- release ' & $string(${version('$arn')})`,
      RELEASE_FAILURE,
    ),
    Reject: call(
      'aws-sdk:sagemaker:updateModelPackage',
      {
        ModelPackageArn: jsonata('$arn'),
        ModelApprovalStatus: 'Rejected',
        // A description is one line of 1024 characters; a server that fails answers with a page of HTML.
        ApprovalDescription: jsonata("$substring('Release: ' & $replace($reason, /\\s+/, ' '), 0, 1024)"),
      },
      { Assign: rejected, Next: 'TellPeople' },
    ),
    TellPeople: publish(
      alertsTopicArn,
      'A release was rejected',
      "$arn & ' was rejected: ' & $reason & '. ' & $champion & ' serves.'",
      { Next: 'TellOutcome' },
    ),
  });
}
