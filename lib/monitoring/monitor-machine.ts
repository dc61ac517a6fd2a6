import type { Config } from '../config';
import { etl } from '../etl/room';
import {
  body,
  call,
  choice,
  failsAs,
  filled,
  isDated,
  jsonata,
  literal,
  machine,
  publish,
  putEvent,
  readJson,
  states,
} from '../shared/asl';
import { folder, layout, METRIC_NAMESPACE, names } from '../shared/names';
import { monitoring, statuses } from './room';
import { readChampion } from '../training/champion';
import { NO_MODEL, packageMetadata } from '../training/room';
import { commandLine, type JobProps, processingJob } from '../shared/processing-job';

export interface MonitorMachineProps extends JobProps {
  readonly kit: string;
  readonly config: Config['monitoring'];
  readonly gate: Pick<Config['gate'], 'draws'>;
  readonly labelDelayDays: number;
  readonly artifacts: string;
  readonly capturedUri: string;
  readonly labelsUri: string;
  readonly championParameter: string;
  readonly alertsTopicArn: string;
}

/** Monitor: `{"windowStart", "windowEnd"}`, with `{"capturedStart", "capturedEnd"}` where records lie under other days than their events', or the schedule's `{"scheduledTime"}` → outcome.json, metrics, heartbeat, event. */
export function monitorMachine(props: MonitorMachineProps) {
  return machine({
    Comment: 'Compare a window of event time with what the champion was gated on',
    StartAt: 'Begin',
    States: { ...windowStates(props), ...jobStates(props), ...outcomeStates(props) },
  });
}

function windowStates({ config, labelDelayDays, championParameter }: MonitorMachineProps) {
  const day = (daysBefore: number) =>
    `$fromMillis($toMillis($states.input.scheduledTime) - ${daysBefore} * 86400000, '[Y0001]-[M01]-[D01]')`;
  const trailing = { start: jsonata(day(labelDelayDays + config.windowDays)), end: jsonata(day(labelDelayDays)) };
  const given = (...members: string[]) =>
    jsonata(`[${members.map((each) => `$states.input.${each}, `).join('')}''][0]`);
  return states({
    Begin: {
      Type: 'Choice',
      Choices: [
        {
          Condition: jsonata('$exists($states.input.scheduledTime)'),
          // When the schedule fires, labels of the day before are the newest ones.
          Assign: { window: trailing, captured: trailing },
          Next: 'ReadChampion',
        },
      ],
      Default: 'GivenWindow',
    },
    GivenWindow: {
      Type: 'Pass',
      Assign: {
        window: { start: given('windowStart'), end: given('windowEnd') },
        // Native capture partitions by the day of the request, which in a replay is not the event's.
        captured: { start: given('capturedStart', 'windowStart'), end: given('capturedEnd', 'windowEnd') },
      },
      Next: 'IsWindow',
    },
    // The end becomes part of a key and of the event, which the guard compares with later ones.
    IsWindow: choice(
      ['$window', '$captured']
        .map((range) => `${isDated(`${range}.start`)} and ${isDated(`${range}.end`)} and ${range}.start < ${range}.end`)
        .join(' and '),
      { yes: 'ReadChampion', no: 'NoWindow' },
    ),
    NoWindow: failsAs(
      'InvalidWindow',
      `'the window ' & $string($window) & ', captured ' & $string($captured) & ', is no range of days: write windowStart and windowEnd as 2013-04-01 and 2013-04-08, the end being the first day left out'`,
      'Alert',
    ),
    ReadChampion: readChampion(championParameter, 'HasChampion'),
    HasChampion: {
      Type: 'Choice',
      Choices: [
        {
          Condition: jsonata(`$champion = '${NO_MODEL}'`),
          Assign: {
            outcome: {
              status: statuses.noChampion,
              confirmed: false,
              violations: [],
              records: 0,
              labelledRows: 0,
              newLabelledRows: 0,
              dataFaultRatio: 0,
              reported: [],
              metrics: [],
            },
            outcomeUri: '',
          },
          Next: 'PutMetrics',
        },
      ],
      Default: 'DescribeChampion',
    },
  });
}

function jobStates(props: MonitorMachineProps) {
  const { config, artifacts } = props;
  const windowKey = filled(layout.artifacts.windows, { champion: '$version', windowEnd: '$window.end' });
  const options = {
    windows: `s3://${artifacts}/${folder(layout.artifacts.windows)}`,
    captured: props.capturedUri,
    labels: props.labelsUri,
    'label-delay-days': props.labelDelayDays,
    'confirm-k': config.confirm.k,
    'confirm-n': config.confirm.n,
    'min-records': config.minRecords,
    'min-label-coverage': config.minLabelCoverage,
    draws: props.gate.draws,
    'facet-min-rows': config.facetMinRows,
    'metrics-namespace': METRIC_NAMESPACE,
    kit: props.kit,
  };
  const fixed = commandLine(options);
  const perRun =
    "['--window-start', $window.start, '--window-end', $window.end, '--captured-start', $captured.start, '--captured-end', $captured.end, '--champion', $champion, '--trained-through', $package.trainedThrough]";
  return states({
    DescribeChampion: call(
      'aws-sdk:sagemaker:describeModelPackage',
      { ModelPackageName: jsonata('$champion') },
      {
        Assign: {
          version: jsonata("$split($champion, '/')[-1]"),
          package: jsonata(`{
            'model': $states.result.InferenceSpecification.Containers[0].ModelDataUrl,
            'evaluation': $states.result.CustomerMetadataProperties.${packageMetadata.evaluation},
            'trainedThrough': $states.result.CustomerMetadataProperties.${packageMetadata.trainedThrough}
          }`),
        },
        Next: 'LocateWindow',
      },
    ),
    LocateWindow: {
      Type: 'Pass',
      Assign: { windowKey: jsonata(windowKey), windowUri: jsonata(`${literal(`s3://${artifacts}/`)} & ${windowKey}`) },
      Next: 'RunMonitor',
    },
    RunMonitor: processingJob(
      {
        ...props,
        instanceType: config.instanceType,
        timeoutMinutes: 60,
        program: 'monitor.py',
        arguments: `$append(${perRun}, ${literal(fixed)})`,
        inputs: "[{'name': 'baseline', 'uri': $package.evaluation}, {'name': 'model', 'uri': $package.model}]",
        output: { name: 'window', uri: '$windowUri' },
      },
      'ReadOutcome',
    ),
    ReadOutcome: readJson(artifacts, jsonata(`$windowKey & '${layout.files.window.outcome}'`), {
      Assign: { outcome: jsonata(body), outcomeUri: jsonata(`$windowUri & '${layout.files.window.outcome}'`) },
      Next: 'PutMetrics',
    }),
  });
}

function outcomeStates({ kit, alertsTopicArn }: MonitorMachineProps) {
  // #region metrics
  const Dimensions = [{ Name: 'Kit', Value: kit }];
  const heartbeat = literal({ MetricName: monitoring.metrics.heartbeat, Unit: 'Count', Value: 1, Dimensions });
  // Prepare's metric: invalid data raises one alarm, wherever it is found.
  const faults = literal({ MetricName: etl.metrics.quarantineRatio, Unit: 'None', Dimensions });
  // #endregion metrics
  return states({
    PutMetrics: call(
      'aws-sdk:cloudwatch:putMetricData',
      {
        Namespace: METRIC_NAMESPACE,
        // #region metrics
        // The heartbeat is sent with every outcome, so that its absence means broken monitoring. One call accepts 1,000 entries.
        MetricData: jsonata(
          `[$append([${heartbeat}, $merge([${faults}, {'Value': $outcome.dataFaultRatio}])], $outcome.metrics)[[0..999]]]`,
        ),
        // #endregion metrics
      },
      { Next: 'PutCompleted' },
    ),
    PutCompleted: putEvent(
      names.eventSource(kit, 'monitoring'),
      monitoring.events.completed,
      jsonata(`{
        'window': $window, 'champion': $champion, 'status': $outcome.status, 'confirmed': $outcome.confirmed, 'violations': $outcome.violations,
        'records': $outcome.records, 'labelledRows': $outcome.labelledRows, 'newLabelledRows': $outcome.newLabelledRows, 'outcomeUri': $outcomeUri
      }`),
      { Next: 'HasViolations' },
    ),
    HasViolations: {
      Type: 'Choice',
      Choices: [
        {
          Condition: jsonata('$count($outcome.violations) + $count($outcome.reported[fault]) > 0'),
          Assign: { told: jsonata('$append($outcome.violations, $outcome.reported[fault])') },
          Next: 'TellPeople',
        },
      ],
      Default: 'Finished',
    },
    TellPeople: publish(
      alertsTopicArn,
      jsonata(
        "$outcome.confirmed ? 'Drift confirmed' : $count($outcome.violations) > 0 ? 'Drift seen, not confirmed yet' : 'Data is not what it must be'",
      ),
      "$window.start & ' to ' & $window.end & ': ' & $join($told.(feature & ' ' & check & ' ' & $string(value) & ' (threshold ' & $string(threshold) & ')'), ', ') & '. ' & $outcomeUri",
      { Next: 'Finished' },
    ),
    Finished: {
      Type: 'Succeed',
      Output: jsonata(
        "{'window': $window, 'status': $outcome.status, 'confirmed': $outcome.confirmed, 'outcomeUri': $outcomeUri}",
      ),
    },
  });
}
