/**
 * From raw tables to curated features, partition by partition: a manifest landing in raw starts the state machine Prepare.
 *
 * The manifest comes last and names every file, so a partial upload never starts a job; an event per table would start one job for each.
 * It may name several partitions, which one run of the job prepares. Each is leased while it is prepared, because an event may be
 * delivered twice and two runs that overwrite one partition could double or lose its rows.
 * Idle cost: one alarm; the table of leases is on demand. A run costs two Glue workers for a few minutes (0.44 USD per DPU-hour, one
 * minute at least).
 * Fails first: a manifest that names a missing file; Prepare prepares the other partitions, names this one and fails.
 * Alarms: monitoring/pipeline-failed, and etl/quarantine-share when rows break rules.
 */
import { CfnOutput, Duration } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { LakeProps } from '../data-lake/lake-props';
import type { Dataset } from '../shared/dataset-file';
import { KitAlarm, kitMetric } from '../shared/alarms';
import { LeaseTable } from '../shared/lease';
import { LifecycleMachine } from '../shared/lifecycle-machine';
import { etl } from './room';
import { machineOutput } from '../shared/room';
import { folder, layout, names } from '../shared/names';
import { RoomStack } from '../shared/room-stack';
import { FeatureJob } from './feature-job';
import { PREPARE_FAILURE, prepareMachine } from './prepare-machine';

export interface EtlStackProps extends LakeProps {
  readonly config: Config['etl'];
  readonly dataset: Dataset;
}

/** Glue job and state machine Prepare. */
export class EtlStack extends RoomStack {
  readonly prepare: LifecycleMachine;

  constructor(scope: Construct, id: string, props: EtlStackProps) {
    super(scope, id, etl, props, 'ML lifecycle kit: raw tables to curated features');
    const { kit, config, dataset, raw, curated } = props;

    const features = new FeatureJob(this, 'Features', { config, dataset: dataset.name, raw, curated });
    const leases = new LeaseTable(this, 'Leases');
    // The run, after a wait of at most three quarters of an hour for a place among the concurrent runs.
    const duration = Duration.minutes(config.timeoutMinutes + 60);
    this.prepare = new LifecycleMachine(this, 'Prepare', {
      title: 'Prepare',
      definition: prepareMachine({
        kit,
        dataset,
        raw: raw.bucketName,
        curated: curated.bucketName,
        jobName: features.jobName,
        leases: { table: leases.tableName, duration },
      }),
      onFailure: PREPARE_FAILURE,
      alerts: props.alerts,
      // Waiting for another execution's leases, then holding them.
      timeout: Duration.minutes(2 * duration.toMinutes()),
      logRetention: props.logRetention,
    });
    for (const place of [layout.raw.manifests, layout.raw.tables]) this.prepare.allowRead(raw, folder(place));
    this.prepare.allowRead(curated, folder(layout.curated.runs));
    leases.grantLeases(this.prepare);
    this.prepare.allow(
      ['glue:StartJobRun', 'glue:GetJobRun', 'glue:GetJobRuns', 'glue:BatchStopJobRun'],
      [features.jobArn],
    );
    this.prepare.allowMetrics();
    this.prepare.allowEvents(names.eventSource(kit, 'etl'));

    const manifests = folder(layout.raw.manifests);
    // #region manifest
    const landed = new Rule(this, 'ManifestLanded', {
      description: 'A manifest in raw starts Prepare',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [raw.bucketName] }, object: { key: [{ prefix: manifests }] } },
      },
    });
    this.prepare.startOn(
      landed,
      RuleTargetInput.fromObject({ manifestKey: EventField.fromPath('$.detail.object.key') }),
      props.deadLetters,
    );
    // #endregion manifest

    new KitAlarm(this, 'QuarantineShare', {
      kit,
      room: etl,
      alarm: 'quarantineShare',
      metric: kitMetric(kit, etl.metrics.quarantineRatio, 'Maximum'),
      threshold: config.maxQuarantineRatio,
      topic: props.alerts,
    });
    new CfnOutput(this, machineOutput('Prepare'), { value: this.prepare.machine.stateMachineArn });
  }
}
