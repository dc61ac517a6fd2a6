import type { Notes } from '../shared/notes';

export const notes: Notes = {
  Monitoring: { without: 'The model may become useless unseen; retraining never starts by itself' },
  'Monitoring/Monitor/Machine': {
    why: 'A window of event time becomes an outcome: one processing job, its files, metrics, a heartbeat and an event, whatever was found',
    without: 'Nothing judges what was served',
  },
  'Monitoring/Monitor/Role': {
    why: 'What Monitor runs as: starts processing jobs named after the kit, publishes its own metrics and events',
    without: 'The machine cannot be created',
  },
  'Monitoring/JobRole': {
    why: 'What the processing container runs as: captured records, labels and models in, files of the window out',
    without: 'No job starts',
  },
  'Monitoring/Daily': {
    why: 'Asks for the trailing window once a day; `monitoring.schedule` turns it on when traffic flows',
    without: 'Windows are looked at by command only',
    properties: {
      ScheduleExpression:
        "After the night's label files; the window is derived from the scheduled time, so a late start changes nothing",
      ScheduleExpressionTimezone: 'UTC, like every time in the kit',
      State: '`monitoring.schedule`: an idle one would bill a processing job a day',
    },
  },
  'Monitoring/SchedulerRoleForTarget-*': {
    why: 'What the schedule assumes to start Monitor',
    without: 'The schedule fires and starts nothing',
  },
  'Monitoring/Drift': { why: 'A feature that starts retraining has left its baseline' },
  'Monitoring/Quality': { why: 'The model ranks worse on delivered labels than at its release' },
  'Monitoring/Heartbeat': { why: 'A monitor that does not run looks like a model without drift' },
  'Monitoring/PipelineFailed': {
    why: 'One alarm for the failures of all four machines; CloudWatch bills each of its eight metrics like an alarm',
    properties: { Metrics: 'A sum over failed and timed-out executions of Prepare, Train, Release and Monitor' },
  },
  'Monitoring/Dashboard/Dashboard': {
    why: 'The lifecycle from left to right on one page; three are free in an account, then 3 USD a month each',
    without: 'The same graphs by hand',
  },
};
