import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'Etl/Features/Job': {
    why: 'Joins, row rules and features of the partitions that it is given, in Spark: the rules are the same for a day and for ten years',
    GlueVersion: 'Spark 3.5.4 and Python 3.11, the versions that the rehearsal runs',
    WorkerType: 'The smallest: a month of some ten thousand rows fits into one executor',
    NumberOfWorkers: '`etl.workers`: driver and one executor at least',
    Timeout: '`etl.timeoutMinutes`: a job that hangs is billed by the second',
    MaxRetries: 'None: Prepare repeats what can succeed a second time, and a broken row cannot',
    ExecutionProperty:
      "Several manifests may land at once; more runs would meet a new account's DPU limit. Prepare waits for a free place",
    'DefaultArguments.--job-bookmark-option':
      'Off: a bookmark would skip a partition that is prepared again, and Prepare names it anyway',
  },
  'Etl/Features/Role':
    'What the job runs as: reads raw, reads and writes curated. AWSGlueServiceRole would add every bucket named aws-glue-*',
  'Etl/Prepare/Machine':
    'A manifest becomes curated partitions: checks every promised file, leases the partitions, runs the job once, measures the quarantined share of each and announces it',
  'Etl/Leases':
    'One execution at a time for each partition: an event is delivered twice at times, and what two runs write at the same time can double or lose rows',
  'Etl/ManifestLanded': 'The manifest comes last and names every file: one event, when every partition in it is whole',
};
