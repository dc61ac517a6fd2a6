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

  'Monitoring/Managed/AdoptChampion': {
    why: "Puts the released model's baselines and Clarify's configuration where Model Monitor reads them: its definitions name fixed places",
    without: 'The monitors compare with the model before, or with nothing',
    properties: {
      Timeout: 'Four copies and two small files',
      'Environment.Variables.ARTIFACTS_BUCKET': 'Where evaluations are and configurations go',
      'Environment.Variables.ENDPOINT_NAME': 'Clarify asks the model that serves, by its name',
      'Environment.Variables.CLARIFY': 'Instance type and name prefix of the endpoints that Clarify makes for itself',
    },
  },
  'Monitoring/Managed/AdoptChampion/ServiceRole': {
    why: 'Copies files within artifacts, looks up what serves',
    without: 'The function cannot run',
  },
  'Monitoring/Managed/Released': {
    why: 'A release changes what the managed monitors compare with',
    without: 'Somebody copies the baselines by hand',
  },
  'Monitoring/Managed/ReportRun': {
    why: 'Says what a run of Model Monitor found in the words of the kit, so that alarms and guard do not know which engine ran',
    without: 'The managed engine raises no alarm and starts no retraining',
    properties: {
      Timeout: 'A year of label files is read ten at a time',
      'Environment.Variables.ARTIFACTS_BUCKET': 'Where reports are and outcomes go',
      'Environment.Variables.RAW_BUCKET': 'New labelled rows are counted here',
      'Environment.Variables.CHAMPION_PARAMETER': 'The signal names the model that it is about',
      'Environment.Variables.ALERTS_TOPIC_ARN': 'Bias and attribution only tell people',
      'Environment.Variables.MANAGED_MONITORING': 'The knobs of confirmation, as JSON',
    },
  },
  'Monitoring/Managed/ReportRun/ServiceRole': {
    why: 'Reads reports and labels, writes outcomes, sends the event and the alert',
    without: 'The function cannot run',
  },
  'Monitoring/Managed/RunEnded': {
    why: 'Every end of a managed run: what it found is in the exit message of its processing job',
    without: 'Runs end and nobody reads what they found',
  },
};
