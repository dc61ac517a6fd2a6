import { choice, jsonata, states } from '../shared/asl';
import { NO_MODEL } from '../training/room';

export const isExpiry = `$arn = '${NO_MODEL}'`;

const skipped = (reason: string) => ({ outcome: { outcome: 'skipped', reason } });

/** Releasing `none` is the same update as any release, without a package lookup and a smoke test. */
export const expiryStates = states({
  IsExpiry: choice(isExpiry, { yes: 'TakeLease', no: 'DescribePackage' }),
  DecideExpiry: {
    Type: 'Choice',
    // The schedule runs hourly; no event is sent when there is nothing to expire.
    Choices: [
      { Condition: jsonata(`$current = '${NO_MODEL}'`), Assign: skipped('nothing serves'), Next: 'ReturnLease' },
      {
        Condition: jsonata('$millis() - $changedAt < $afterHours * 3600000'),
        Assign: skipped('what serves is not old enough to expire'),
        Next: 'ReturnLease',
      },
    ],
    Default: 'UpdateStack',
  },
  Expired: {
    Type: 'Pass',
    Assign: {
      outcome: {
        outcome: 'expired',
        reason: jsonata(
          "$current & ' no longer serves; npm run kit -- release ' & $split($current, '/')[-1] & ' brings it back'",
        ),
      },
    },
    Next: 'WriteChampion',
  },
});
