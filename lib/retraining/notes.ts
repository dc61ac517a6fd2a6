import type { Notes } from '../shared/notes';

export const notes: Notes = {
  Retraining: { without: 'Drift is reported and somebody starts Train by hand' },
  'Retraining/StartRetraining': {
    why: 'Decides: many signals become at most one training an episode, and every decision is written down with its evidence',
    without: 'Each monitoring run of one long storm would start a training',
    properties: {
      Timeout: 'Two reads, a transaction and a start; six times what they take',
      'Environment.Variables.STATE_TABLE': 'Episodes, lock, decisions',
      'Environment.Variables.TRAIN_MACHINE_ARN': 'What it may start',
      'Environment.Variables.GUARD': 'The `retraining` knobs, as JSON',
      DeadLetterConfig: 'A signal that failed three times over waits where the alarm sees it',
    },
  },
  'Retraining/StartRetraining/ServiceRole': {
    why: 'Reads and writes its table, starts the one machine',
    without: 'The function cannot run',
  },
  'Retraining/State': {
    why: 'Episodes, the lock with its lease, and why each training did or did not start',
    without: 'The guard forgets between two signals: no cooldown, no lock, no daily cap',
    properties: {
      'Replicas.PointInTimeRecoverySpecification':
        'The one record of why models were replaced; billed by stored GB, here kilobytes',
    },
  },
  'Retraining/MonitorCompleted': {
    why: 'Every monitoring run that could judge reaches the guard: violations open an episode, a clean window closes it',
    without: 'Confirmed drift starts nothing',
  },
  'Retraining/TrainEnded': {
    why: 'The end of Train releases the lock, however it ended',
    without: 'The lock stands until its lease expires, and a second drift waits for it',
  },
};
