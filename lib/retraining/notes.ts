import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'Retraining/StartRetraining': {
    why: 'Decides: many signals become at most one training an episode, and every decision is written down with its evidence',
    Timeout: 'Two reads, a transaction and a start; six times what they take',
    DeadLetterConfig: 'A signal that failed three times over waits where the alarm sees it',
  },
  'Retraining/State': {
    why: 'Episodes, the lock with its lease, and why each training did or did not start',
    'Replicas.PointInTimeRecoverySpecification':
      'The one record of why models were replaced; billed by stored GB, here kilobytes',
  },
  'Retraining/MonitorCompleted':
    'Every monitoring run that could judge reaches the guard: violations open an episode, a clean window closes it',
  'Retraining/TrainEnded': 'The end of Train releases the lock, however it ended',
};
