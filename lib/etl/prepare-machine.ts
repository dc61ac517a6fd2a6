import { body, call, filled, job, jsonata, putEvent, readJson, type Definition } from '../shared/asl';
import { detailType, layout, metrics, names } from '../shared/names';

export interface PrepareMachineProps {
  readonly kit: string;
  /** Bucket names. */
  readonly raw: string;
  readonly curated: string;
  readonly jobName: string;
}

/** Prepare: `{"manifestKey": "manifests/month=2013-02.json"}` → features of that month and the event that they are ready. */
export function prepareMachine({ kit, raw, curated, jobName }: PrepareMachineProps): Definition {
  return {
    Comment: 'Manifest to curated features',
    StartAt: 'ReadManifest',
    States: {
      ReadManifest: readJson(raw, jsonata('$states.input.manifestKey'), {
        Assign: { manifest: jsonata(body) },
        Next: 'CheckFiles',
      }),
      CheckFiles: {
        Type: 'Map',
        Items: jsonata('$manifest.files'),
        MaxConcurrency: 5,
        ItemProcessor: {
          StartAt: 'HeadFile',
          States: {
            HeadFile: call(
              'aws-sdk:s3:headObject',
              { Bucket: raw, Key: jsonata('$states.input.key') },
              {
                Output: jsonata(
                  "$states.result.ContentLength = $states.input.bytes ? '' : $states.input.key & ' has ' & $states.result.ContentLength & ' bytes, the manifest says ' & $states.input.bytes",
                ),
                // A missing file does not appear by asking again.
                Retry: [],
                Catch: [
                  {
                    ErrorEquals: ['States.ALL'],
                    Next: 'Unreadable',
                    Assign: { error: jsonata('$states.errorOutput.Error') },
                  },
                ],
                End: true,
              },
            ),
            Unreadable: {
              Type: 'Pass',
              Output: jsonata("$states.context.Map.Item.Value.key & ' cannot be read (' & $error & ')'"),
              End: true,
            },
          },
        },
        Assign: { problems: jsonata("[$states.result[$ != '']]") },
        Next: 'Complete',
      },
      Complete: {
        Type: 'Choice',
        Choices: [{ Condition: jsonata('$count($problems) = 0'), Next: 'RunJob' }],
        Default: 'Incomplete',
      },
      Incomplete: {
        Type: 'Pass',
        Assign: {
          failure: {
            error: 'IncompleteMonth',
            cause: jsonata(
              "'manifest of ' & $manifest.month & ': ' & $join($problems, '; ') & '. Upload the files, then the manifest again'",
            ),
          },
        },
        Next: 'Alert',
      },
      RunJob: job(
        'glue:startJobRun',
        { JobName: jobName, Arguments: { '--month': jsonata('$manifest.month') } },
        {
          refused: {
            // A year's months at once wait for a place among the job's concurrent runs, which last minutes.
            ErrorEquals: ['Glue.ConcurrentRunsExceededException', 'Glue.ThrottlingException'],
            IntervalSeconds: 60,
            MaxAttempts: 60,
            BackoffRate: 1.1,
            MaxDelaySeconds: 180,
          },
          Next: 'ReadReport',
        },
      ),
      ReadReport: readJson(curated, jsonata(filled(layout.curated.quality, { month: '$manifest.month' })), {
        Assign: { report: jsonata(body) },
        Next: 'PutQuarantineRatio',
      }),
      PutQuarantineRatio: call(
        'aws-sdk:cloudwatch:putMetricData',
        {
          Namespace: metrics.namespace,
          MetricData: [
            {
              MetricName: metrics.quarantineRatio,
              Dimensions: [{ Name: 'Kit', Value: kit }],
              Unit: 'None',
              Value: jsonata('$report.rows.`in` = 0 ? 0 : $report.rows.quarantined / $report.rows.`in`'),
            },
          ],
        },
        { Next: 'PutReady' },
      ),
      PutReady: putEvent(
        names.eventSource(kit, 'etl'),
        detailType.partitionReady,
        { month: jsonata('$manifest.month'), rows: jsonata('$report.rows') },
        { Next: 'Ready' },
      ),
      Ready: { Type: 'Succeed', Output: { month: jsonata('$manifest.month'), rows: jsonata('$report.rows') } },
    },
  };
}
