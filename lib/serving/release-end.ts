import { call, jsonata, putEvent, states } from '../shared/asl';
import { returnLease } from '../shared/lease';
import { names } from '../shared/names';
import { RELEASE_FAILURE, type ReleaseMachineProps } from './release-context';
import { serving } from './room';

/** The end of every release: write the champion, publish the outcome, return the lease. */
export function endStates({ kit, championParameter, lease }: ReleaseMachineProps) {
  return states({
    WriteChampion: call(
      'aws-sdk:ssm:putParameter',
      { Name: championParameter, Value: jsonata('$arn'), Type: 'String', Overwrite: true },
      { Next: 'TellOutcome' },
    ),
    TellOutcome: putEvent(
      names.eventSource(kit, 'serving'),
      serving.events.releaseFinished,
      {
        modelPackageArn: jsonata('$arn'),
        version: jsonata("$split($arn, '/')[-1]"),
        outcome: jsonata('$outcome.outcome'),
        reason: jsonata('$outcome.reason'),
      },
      { Next: 'ReturnLease' },
    ),
    ReturnLease: returnLease(lease, 'Finished'),
    [RELEASE_FAILURE]: returnLease(lease, 'Alert'),
    Finished: { Type: 'Succeed', Output: jsonata("$merge([$outcome, {'modelPackageArn': $arn}])") },
  });
}
