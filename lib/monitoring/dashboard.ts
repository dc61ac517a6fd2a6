import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { kitMetric } from '../shared/alarms';
import { monitoring } from './room';
import { etl } from '../etl/room';
import { endpointMetric } from '../serving/endpoint';
import { serving } from '../serving/room';

export interface KitDashboardProps {
  readonly kit: string;
  /** Name of the measure of models. */
  readonly measure: string;
  /** State machines by title. */
  readonly machines: Record<string, IStateMachine>;
}

/** The lifecycle from left to right: data, model, service, pipelines. */
export class KitDashboard extends Construct {
  constructor(scope: Construct, id: string, { kit, measure, machines }: KitDashboardProps) {
    super(scope, id);
    const period = Duration.hours(1);
    const own = (name: string, statistic = 'Maximum') => kitMetric(kit, name, statistic)(period);
    const endpoint = (name: string, statistic: string) => endpointMetric(kit, name, statistic)(period);
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 8, height: 6 });
    new Dashboard(this, 'Dashboard', {
      dashboardName: kit,
      widgets: [
        [
          new TextWidget({
            markdown: `# ${kit}\nWindows are event time, metrics wall time. Alarms: runbook.md of each room`,
            width: 24,
            height: 2,
          }),
        ],
        [
          graph('Drift and quality violations', [
            own(monitoring.metrics.driftViolations),
            own(monitoring.metrics.qualityViolations),
          ]),
          graph(`${measure} of the window`, [own(monitoring.metrics.score)]),
          graph('Records and label coverage', [own(monitoring.metrics.records), own(monitoring.metrics.labelCoverage)]),
        ],
        [
          graph('Endpoint', [endpoint('Invocations', 'Sum'), endpoint('Invocation5XXErrors', 'Sum')]),
          graph('Model latency, microseconds', [endpoint('ModelLatency', 'p50'), endpoint('ModelLatency', 'p99')]),
          graph('Quarantined share, capture failures', [
            own(etl.metrics.quarantineRatio),
            own(serving.metrics.captureFailures, 'Sum'),
          ]),
        ],
        [
          graph(
            'Executions succeeded',
            Object.entries(machines).map(([label, machine]) => machine.metricSucceeded({ label, period })),
          ),
          graph(
            'Executions failed',
            Object.entries(machines).map(([label, machine]) => machine.metricFailed({ label, period })),
          ),
          graph('Monitor heartbeat', [own(monitoring.metrics.heartbeat, 'SampleCount')]),
        ],
      ],
    });
  }
}
