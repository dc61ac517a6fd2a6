import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { metrics, names, type Room } from './names';

interface AlarmRow {
  readonly room: Room;
  /** Last part of the alarm's name; `<room>/<what>` is its heading in docs/runbook.md. */
  readonly what: string;
  /** What has happened when it fires, in a sentence. */
  readonly says: string;
  readonly periodMinutes: number;
  readonly periods: number;
  /** Number, or `config` where the stack passes a knob. */
  readonly threshold: number | 'config';
  readonly comparison: 'above' | 'below';
  readonly missing: TreatMissingData;
}

const quiet = TreatMissingData.NOT_BREACHING;

/** Every alarm of the kit: at most 12, because CloudWatch bills 0.10 USD a month for each metric they watch. They are for people and for release rollback. */
export const alarms = {
  quarantineShare: {
    room: 'etl',
    what: 'quarantine-share',
    says: 'a month was prepared in which more rows broke a row rule than configured',
    periodMinutes: 5,
    periods: 1,
    threshold: 'config',
    comparison: 'above',
    missing: quiet,
  },
  endpointErrors: {
    room: 'serving',
    what: 'endpoint-errors',
    says: 'the model container answered with 5xx',
    periodMinutes: 1,
    // One failing minute is a container that restarts; two in a row are a model that does not serve.
    periods: 2,
    threshold: 0,
    comparison: 'above',
    missing: quiet,
  },
  endpointLatency: {
    room: 'serving',
    what: 'endpoint-latency',
    says: 'the median prediction took longer than 2 s in the model container',
    periodMinutes: 5,
    // The first call after a release is about six times slower: a single period would roll every release back.
    periods: 2,
    // ModelLatency is in microseconds.
    threshold: 2_000_000,
    comparison: 'above',
    missing: quiet,
  },
  predictErrors: {
    room: 'serving',
    what: 'predict-errors',
    says: 'the prediction API answered with 5xx',
    periodMinutes: 5,
    periods: 1,
    // Answers of 503 before the first release count too; a few are a learner trying the API.
    threshold: 5,
    comparison: 'above',
    missing: quiet,
  },
  captureFailures: {
    room: 'serving',
    what: 'capture-failures',
    says: 'predictions were answered but not captured, so the monitor sees less than what was served',
    periodMinutes: 5,
    periods: 1,
    threshold: 0,
    comparison: 'above',
    missing: quiet,
  },
  drift: {
    room: 'monitoring',
    what: 'drift',
    says: 'a feature that starts retraining is further from its baseline than its threshold',
    periodMinutes: 5,
    periods: 1,
    threshold: 0,
    comparison: 'above',
    missing: quiet,
  },
  quality: {
    room: 'monitoring',
    what: 'quality',
    says: 'the model ranks worse on delivered labels than when it was released, with an interval that excludes 0',
    periodMinutes: 5,
    periods: 1,
    threshold: 0,
    comparison: 'above',
    missing: quiet,
  },
  heartbeat: {
    room: 'monitoring',
    what: 'heartbeat',
    says: 'no monitoring run has reached an outcome for a day',
    // Beats at 06:58 and at 07:02 the next day leave 24 empty hours between them. Periods of an hour may span seven days.
    periodMinutes: 60,
    periods: 25,
    threshold: 1,
    comparison: 'below',
    missing: TreatMissingData.BREACHING,
  },
  pipelineFailed: {
    room: 'monitoring',
    what: 'pipeline-failed',
    says: 'an execution of Prepare, Train, Release or Monitor failed or timed out',
    periodMinutes: 5,
    periods: 1,
    threshold: 0,
    comparison: 'above',
    missing: quiet,
  },
  deadLetters: {
    room: 'foundation',
    what: 'dead-letters',
    says: 'an event could not be delivered or handled and waits in the dead-letter queue',
    periodMinutes: 5,
    periods: 1,
    threshold: 0,
    comparison: 'above',
    missing: quiet,
  },
} as const satisfies Record<string, AlarmRow>;

/** Heading in docs/runbook.md. */
export const runbookHeading = ({ room, what }: Pick<AlarmRow, 'room' | 'what'>) => `${room}/${what}`;

/** The anchor a Markdown reader derives from that heading. */
export const runbookAnchor = (row: Pick<AlarmRow, 'room' | 'what'>) =>
  `docs/runbook.md#${runbookHeading(row).replaceAll('/', '')}`;

export interface KitAlarmProps {
  readonly kit: string;
  readonly alarm: keyof typeof alarms;
  /** Its period is the table's: pass the metric without one. */
  readonly metric: (period: Duration) => IMetric;
  readonly topic: ITopic;
  /** For rows whose threshold is a knob. @default the row's threshold */
  readonly threshold?: number;
}

/** One row of the table as an alarm that leads to its paragraph in the runbook. */
export class KitAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: KitAlarmProps) {
    const row: AlarmRow = alarms[props.alarm];
    const threshold = row.threshold === 'config' ? props.threshold : row.threshold;
    if (threshold === undefined)
      throw new Error(`alarm ${runbookHeading(row)} takes its threshold from the configuration: pass it`);
    super(scope, id, {
      alarmName: names.alarm(props.kit, row.room, row.what),
      alarmDescription: `${row.says[0]?.toUpperCase()}${row.says.slice(1)}. What to do: ${runbookAnchor(row)}`,
      metric: props.metric(Duration.minutes(row.periodMinutes)),
      threshold,
      evaluationPeriods: row.periods,
      comparisonOperator:
        row.comparison === 'above' ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: row.missing,
    });
    this.addAlarmAction(new SnsAction(props.topic));
  }
}

/** A metric of the kit's own namespace. */
export const kitMetric = (kit: string, metricName: string, statistic: string) => (period: Duration) =>
  new Metric({ namespace: metrics.namespace, metricName, dimensionsMap: { Kit: kit }, statistic, period });
