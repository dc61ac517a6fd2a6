import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'Monitoring/Monitor/Machine':
    'A window of event time becomes an outcome: one processing job, its files, metrics, a heartbeat and an event, whatever was found',
  'Monitoring/Daily': {
    why: 'Starts Monitor for the trailing window once per day; turn it on with `monitoring.schedule` when there is traffic',
    ScheduleExpression:
      "After the night's label files; the window is derived from the scheduled time, so a late start changes nothing",
    State: '`monitoring.schedule`: an idle one would bill a processing job a day',
  },
  'Monitoring/Dashboard/Dashboard':
    'The lifecycle from left to right on one page; three are free in an account, then 3 USD per month each',

  'Monitoring/Managed/AdoptChampion': {
    why: "Puts the released model's baselines and Clarify's configuration where Model Monitor reads them: its definitions name fixed places",
    'Environment.Variables.ENDPOINT_NAME': 'Clarify queries the serving model by its name',
    'Environment.Variables.CLARIFY': 'Instance type and name prefix of the endpoints that Clarify makes for itself',
  },
  'Monitoring/Managed/Released': 'A release changes what the managed monitors compare with',
  'Monitoring/Managed/ReportRun': {
    why: 'Says what a run of Model Monitor found in the words of the kit, so that alarms and guard do not know which engine ran',
  },
  'Monitoring/Managed/RunEnded':
    'Every end of a managed run: what it found is in the exit message of its processing job',
};
