import { call, jsonata, type Definition } from '../shared/asl';
import { RELEASE_FAILURE, version, type ReleaseMachineProps } from './release-context';
import { isExpiry } from './release-expiry';

/** How a reason begins that the smoke test gave. */
export const SMOKE_TEST = 'smoke test: ';

/**
 * JSONata: whether a reason accuses the model. Its container did not become healthy, it answered otherwise than the gate saw, or an alarm
 * rang under it. Quotas, capacity, throttles, images that cannot be pulled and missing grants are the account's, also one on an alarm;
 * what nobody foresaw accuses nobody.
 */
export const accuses = (reason: string) =>
  `$contains(${reason}, /^${SMOKE_TEST}|ping health check|alarm/i) and $not($contains(${reason}, /not authorized|AccessDenied|not exist/i))`;

/** What the end of a failed release is, once the champion serves again: the package's fault or not. */
export function blameStates({ stackName, explainArn }: ReleaseMachineProps): Definition['States'] {
  return {
    ExplainUpdate: call(
      'lambda:invoke',
      { FunctionName: explainArn, Payload: { stackName } },
      {
        Assign: { reason: jsonata('$states.result.Payload.reason') },
        // CloudFormation has put the previous value back by itself.
        Next: 'IsPackageToBlame',
      },
    ),
    IsPackageToBlame: {
      Type: 'Choice',
      Choices: [
        {
          Condition: jsonata(isExpiry),
          Assign: { failure: { error: 'ExpiryFailed', cause: jsonata('$reason') } },
          Next: RELEASE_FAILURE,
        },
        { Condition: jsonata(accuses('$reason')), Next: 'Reject' },
      ],
      Default: 'NotReleased',
    },
    NotReleased: {
      Type: 'Pass',
      Assign: {
        failure: {
          error: 'NotReleased',
          cause: jsonata(
            `$reason & '. ' & $champion & ' serves; ' & $arn & ' is not to blame and stays approved: mend the cause, then npm run kit -- release ' & $string(${version('$arn')})`,
          ),
        },
      },
      Next: RELEASE_FAILURE,
    },
  };
}
