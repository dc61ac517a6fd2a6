import { body, call, choice, failsAs, filled, job, jsonata, machine, putEvent, readJson, states } from '../shared/asl';
import type { Dataset } from '../shared/dataset-file';
import { type Lease, returnLease, takeLease } from '../shared/lease';
import { layout, METRIC_NAMESPACE, names } from '../shared/names';
import { checkStates } from './manifest-check';
import { etl } from './room';

export interface PrepareMachineProps {
  readonly kit: string;
  readonly dataset: Pick<Dataset, 'partition' | 'raw'>;
  /** Bucket names. */
  readonly raw: string;
  readonly curated: string;
  readonly jobName: string;
  /** Table and duration of the leases; each partition has its own. */
  readonly leases: Omit<Lease, 'name'>;
}

/** Every failure goes to this state first: it returns the leases before the alert. */
export const PREPARE_FAILURE = 'ReturnLeases' as const;

/**
 * Prepare: `{"manifestKey": "manifests/2013-02.json"}` → features of the manifest's partitions, in one run of the job, and an event for each.
 * A refused partition does not stop the others; at the end the execution fails and names it.
 */
export function prepareMachine(props: PrepareMachineProps) {
  return machine({
    Comment: 'Manifest to curated features',
    StartAt: 'Begin',
    States: {
      // A failure before the first lease has none to return.
      Begin: {
        Type: 'Pass',
        Assign: {
          manifestKey: jsonata('$states.input.manifestKey'),
          partitions: [],
          prepared: [],
          failure: null,
        },
        Next: 'ReadManifest',
      },
      ...checkStates(props.raw, props.dataset, 'TakeLeases', PREPARE_FAILURE),
      ...runStates(props),
      ...endStates(props),
    },
  });
}

/** Takes the leases, runs the job once for all partitions, and measures and announces each prepared one. */
function runStates({ kit, curated, jobName, leases }: PrepareMachineProps) {
  return states({
    TakeLeases: {
      Type: 'Map',
      Items: jsonata('$partitions'),
      MaxConcurrency: 1,
      ItemProcessor: {
        StartAt: 'TakeLease',
        States: { TakeLease: takeLease({ ...leases, name: jsonata('$states.input') }, { End: true }) },
      },
      Next: 'RunJob',
    },
    RunJob: job(
      'glue:startJobRun',
      {
        JobName: jobName,
        Arguments: {
          '--manifest': jsonata('$manifestKey'),
          '--partitions': jsonata("$join($partitions, ',')"),
          '--run': jsonata('$states.context.Execution.Name'),
        },
      },
      {
        // #region wait
        refused: {
          // Concurrent manifests wait for a place among the job's concurrent runs, which last minutes; 45 minutes in all, within the lease.
          // The job's limit, the account's limits of runs and DPUs, and the rate of calls.
          ErrorEquals: [
            'Glue.ConcurrentRunsExceededException',
            'Glue.ResourceNumberLimitExceededException',
            'Glue.ThrottlingException',
          ],
          IntervalSeconds: 60,
          MaxAttempts: 20,
          BackoffRate: 1.1,
          MaxDelaySeconds: 180,
        },
        Next: 'ReadRun',
        // #endregion wait
      },
    ),
    ReadRun: readJson(curated, jsonata(filled(layout.curated.runs, { run: '$states.context.Execution.Name' })), {
      Assign: {
        prepared: jsonata(`[${body}.partitions[$exists(rows)]]`),
        refused: jsonata(`$append($refused, [${body}.partitions[$exists(refused)]])`),
      },
      Next: 'Announce',
    }),
    Announce: {
      Type: 'Map',
      Items: jsonata('$prepared'),
      MaxConcurrency: 5,
      ItemProcessor: {
        StartAt: 'PutQuarantineRatio',
        States: {
          PutQuarantineRatio: call(
            'aws-sdk:cloudwatch:putMetricData',
            {
              Namespace: METRIC_NAMESPACE,
              MetricData: [
                {
                  MetricName: etl.metrics.quarantineRatio,
                  Dimensions: [{ Name: 'Kit', Value: kit }],
                  Unit: 'None',
                  Value: jsonata(
                    '$states.input.rows.`in` = 0 ? 0 : $states.input.rows.quarantined / $states.input.rows.`in`',
                  ),
                },
              ],
            },
            { Output: jsonata('$states.input'), Next: 'PutReady' },
          ),
          PutReady: putEvent(
            names.eventSource(kit, 'etl'),
            etl.events.partitionReady,
            {
              partition: jsonata('$states.input.partition'),
              source: jsonata('$manifest.source'),
              rows: jsonata('$states.input.rows'),
            },
            { End: true },
          ),
        },
      },
      Next: 'AreAllPrepared',
    },
    // #region refused
    AreAllPrepared: choice('$count($refused) = 0', { yes: PREPARE_FAILURE, no: 'Refused' }),
    Refused: failsAs(
      'PartitionsRefused',
      "$join($refused.(partition & ': ' & refused), '; ') & ($count($prepared) = 0 ? '' : '. Prepared: ' & $join($prepared.partition, ', '))",
      PREPARE_FAILURE,
    ),
    // #endregion refused
  });
}

/** Returns every lease, whatever happened; then the execution succeeds, or sends an alert with the reason. */
function endStates({ leases }: PrepareMachineProps) {
  return states({
    [PREPARE_FAILURE]: {
      Type: 'Map',
      Items: jsonata('$partitions'),
      MaxConcurrency: 5,
      ItemProcessor: {
        StartAt: 'ReturnLease',
        States: {
          ReturnLease: returnLease({ ...leases, name: jsonata('$states.input') }, 'Returned'),
          Returned: { Type: 'Pass', End: true },
        },
      },
      // A lease that cannot be returned expires.
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'HasFailed' }],
      Next: 'HasFailed',
    },
    HasFailed: choice('$failure != null', { yes: 'Alert', no: 'Ready' }),
    Ready: { Type: 'Succeed', Output: { partitions: jsonata('$prepared') } },
  });
}
