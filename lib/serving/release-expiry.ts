import { jsonata, type Definition } from '../shared/asl';
import { NO_MODEL } from '../training/room';

export const isExpiry = `$arn = '${NO_MODEL}'`;
const skipped = (reason: string) => ({ outcome: { outcome: 'skipped', reason } });

/** Releasing `none`: the same update as any release, without a package to ask, to prove or to blame. */
export const expiryStates: Definition['States'] = {
  IsExpiry: {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(isExpiry), Next: 'TakeLease' }],
    Default: 'DescribePackage',
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
};

/** An update that succeeded and was an expiry needs no proof. */
export const expiredChoice = {
  Condition: jsonata(`$status = 'UPDATE_COMPLETE' and ${isExpiry}`),
  Next: 'Expired',
};

/** What an expiry decides. The schedule asks every hour, so that nothing to do is told to nobody. */
export const expiryChoices = [
  {
    Condition: jsonata(`${isExpiry} and $current = '${NO_MODEL}'`),
    Assign: skipped('nothing serves'),
    Next: 'ReturnLease',
  },
  {
    Condition: jsonata(`${isExpiry} and $millis() - $changedAt < $afterHours * 3600000`),
    Assign: skipped('what serves is not old enough to expire'),
    Next: 'ReturnLease',
  },
  { Condition: jsonata(isExpiry), Next: 'UpdateStack' },
];
