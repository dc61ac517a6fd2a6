import words from '../../schema/words.json';
import type { RoomContract } from '../shared/room';

export const monitoring = {
  name: 'monitoring',
  does: 'state machine *Monitor*, alarms, dashboard, schedule',
  stacks: { Monitoring: 'monitoring' },
  machines: ['Monitor'],
  env: {
    /** Knobs for the judgement of a managed run, JSON. */
    managed: 'MANAGED_MONITORING',
    /** Parts of an exchange for Clarify, JSON. */
    clarify: 'CLARIFY',
  },
  events: { completed: 'Monitoring Run Completed' },
  metrics: { heartbeat: 'MonitorHeartbeat', ...words.metrics },
  alarms: {
    drift: {
      what: 'drift',
      says: 'a feature that starts retraining is further from its baseline than its threshold',
    },
    quality: {
      what: 'quality',
      says: 'the model ranks worse on delivered labels than when it was released, with an interval that excludes 0',
    },
    // #region heartbeat
    heartbeat: {
      what: 'heartbeat',
      says: 'no monitoring run has reached an outcome for a day',
      // Heartbeats at 06:58 and at 07:02 the next day have 24 empty hours between them. Periods of an hour may span seven days.
      periodMinutes: 60,
      periods: 25,
      threshold: 1,
      comparison: 'below',
      missing: 'breaching',
    },
    // #endregion heartbeat
    pipelineFailed: {
      what: 'pipeline-failed',
      says: 'an execution of Prepare, Train, Release or Monitor failed or timed out',
    },
  },
} as const satisfies RoomContract;

/** Statuses and checks of a monitoring run, shared with the monitor's program. */
export const { statuses, checks } = words;
