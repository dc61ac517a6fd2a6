import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE, names } from './names';
import type { AlarmRow, RoomContract } from './room';

/** The alarm's chapter in its room's runbook: the anchor that Markdown readers derive from the heading `<room>/<what>`. */
export const runbookAnchor = (room: string, what: string) => `lib/${room}/runbook.md#${room}${what}`;

export interface KitAlarmProps<Room extends RoomContract> {
  readonly kit: string;
  readonly room: Room;
  /** One of the room's alarms. */
  readonly alarm: keyof Room['alarms'] & string;
  /** The contract sets the period: pass the metric without one. */
  readonly metric: (period: Duration) => IMetric;
  readonly topic: ITopic;
  /** Threshold of alarms with a knob. @default the contract's threshold */
  readonly threshold?: number;
}

/** An alarm of a room's contract; its description leads to its chapter in the runbook. Alarms are for people and for release rollback. */
export class KitAlarm<Room extends RoomContract> extends Alarm {
  constructor(scope: Construct, id: string, props: KitAlarmProps<Room>) {
    const { kit, room } = props;
    const row = (room.alarms as Record<string, AlarmRow>)[props.alarm]!;
    const { periodMinutes = 5, periods = 1, comparison = 'above' } = row;
    const threshold = row.threshold === 'config' ? props.threshold : (row.threshold ?? 0);
    if (threshold === undefined)
      throw new Error(`alarm ${room.name}/${row.what} takes its threshold from the configuration: pass it`);
    super(scope, id, {
      alarmName: names.alarm(kit, room.name, row.what),
      alarmDescription: `${row.says[0]?.toUpperCase()}${row.says.slice(1)}. What to do: ${runbookAnchor(room.name, row.what)}`,
      metric: props.metric(Duration.minutes(periodMinutes)),
      threshold,
      evaluationPeriods: periods,
      comparisonOperator:
        comparison === 'above' ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: row.missing === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    this.addAlarmAction(new SnsAction(props.topic));
  }
}

/** A metric of the kit's own namespace. */
export const kitMetric = (kit: string, metricName: string, statistic: string) => (period: Duration) =>
  new Metric({ namespace: METRIC_NAMESPACE, metricName, dimensionsMap: { Kit: kit }, statistic, period });
