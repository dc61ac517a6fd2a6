import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand, DescribeProcessingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { EventBridgeEvent } from 'aws-lambda';
import { monitoring, statuses } from '../../../lib/monitoring/room';
import type { DayRange } from '../../../lib/shared/days';
import { fill, layout, names } from '../../../lib/shared/names';
import { NO_MODEL, packageMetadata, training } from '../../../lib/training/room';
import { etl } from '../../../lib/etl/room';
import { dataLake } from '../../../lib/data-lake/room';
import { foundation } from '../../../lib/foundation/room';
import { requireEnv } from '../../shared/env';
import { fieldsAt, textAt, versionAt } from '../../shared/event';
import { countMetric } from '../../shared/metric';
import { endsBefore, judge, type ManagedConfig, monitorOf, type Violations, windowOf } from './decide';
import { countLabels, place, readJson } from './reports';

type JobEnded = EventBridgeEvent<'SageMaker Processing Job State Change', unknown>;

const kit = requireEnv(foundation.env.kit);
const artifacts = requireEnv(dataLake.env.artifactsBucket);
const raw = requireEnv(dataLake.env.rawBucket);
const championParameter = requireEnv(training.env.championParameter);
const alertsTopic = requireEnv(foundation.env.alertsTopic);
const config = JSON.parse(requireEnv(monitoring.env.managed)) as ManagedConfig;
const [events, s3, sagemaker, sns, ssm] = [
  new EventBridgeClient({}),
  new S3Client({}),
  new SageMakerClient({}),
  new SNSClient({}),
  new SSMClient({}),
];

/**
 * Publishes the result of a Model Monitor run in the kit's own terms, so that alarms and guard are independent of the engine.
 * @throws Error when the run failed: the function's own errors raise monitoring/pipeline-failed
 */
export async function handler({ detail }: JobEnded): Promise<void> {
  const fields = fieldsAt('detail', detail);
  const schedule = textAt('detail.MonitoringScheduleArn', fields.MonitoringScheduleArn);
  const monitor = monitorOf(kit, schedule);
  if (monitor === undefined)
    return console.info({ ignored: `${schedule} is no monitoring schedule of the kit ${kit}` });
  const ProcessingJobName = textAt('detail.ProcessingJobName', fields.ProcessingJobName);
  const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName }));
  if (job.ProcessingJobStatus !== 'Completed')
    throw new Error(
      `${monitor} run ${ProcessingJobName} ended as ${job.ProcessingJobStatus}: ${job.FailureReason ?? job.ExitMessage}`,
    );
  const uri = job.ProcessingOutputConfig?.Outputs?.[0]?.S3Output?.S3Uri ?? '';
  const violated = job.ExitMessage?.startsWith(statuses.violations) ?? false;
  console.info({ monitor, job: ProcessingJobName, exit: job.ExitMessage, report: uri });
  if (monitor === 'data-quality')
    return reportDrift(windowOf(job.Environment, new Date().toISOString()), uri, violated);
  if (!violated) return;
  // A point outside its threshold, without an interval, is only reported to people.
  if (monitor === 'model-quality') return countMetric(kit, monitoring.metrics.qualityViolations, { report: uri });
  await sns.send(
    new PublishCommand({
      TopicArn: alertsTopic,
      Subject: `${monitor} differs from the baseline`,
      Message: `${job.ExitMessage} ${uri}`,
    }),
  );
}

async function reportDrift(window: DayRange, uri: string, violated: boolean): Promise<void> {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: championParameter }));
  const champion = Parameter?.Value ?? NO_MODEL;
  // The endpoint was removed during the run.
  if (champion === NO_MODEL) return;
  if (versionAt('the champion parameter', champion, kit) === undefined)
    return console.info({ ignored: `${champion} serves, which is no model of the kit ${kit}` });
  const { files } = layout;
  const report = place(uri);
  const statistics = await readJson<{ dataset: { item_count: number } }>(
    s3,
    report.bucket,
    report.prefix + files.window.statistics,
  );
  const found = violated
    ? await readJson<Violations>(s3, report.bucket, report.prefix + files.window.violations)
    : undefined;
  if (violated && found === undefined)
    throw new Error(`the run ended with CompletedWithViolations, but ${uri} has no ${files.window.violations}`);

  const version = champion.split('/').at(-1)!;
  const outcomeKey = (windowEnd: string) =>
    fill(layout.artifacts.windows, { champion: version, windowEnd }) + files.window.outcome;
  const earlier = await Promise.all(
    endsBefore(window, config.confirm).map((end) => readJson<{ status: string }>(s3, artifacts, outcomeKey(end))),
  );
  const records = statistics?.dataset.item_count ?? 0;
  const verdict = judge(
    records,
    found ?? { violations: [] },
    earlier.flatMap((outcome) => outcome?.status ?? []),
    config,
  );
  const { CustomerMetadataProperties } = await sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: champion }),
  );
  const trainedThrough = CustomerMetadataProperties?.[packageMetadata.trainedThrough] ?? window.end;
  const newLabelledRows = await countLabels(s3, raw, trainedThrough, window.end, config.delayDays);
  const outcome = { window, champion, ...verdict, records, newLabelledRows, reportUri: uri };
  const Key = outcomeKey(window.end);
  await s3.send(
    new PutObjectCommand({
      Bucket: artifacts,
      Key,
      Body: JSON.stringify(outcome),
      ContentType: 'application/json',
    }),
  );
  const { status, confirmed, violations, faults } = verdict;
  await events.send(
    new PutEventsCommand({
      Entries: [
        {
          Source: names.eventSource(kit, 'monitoring'),
          DetailType: monitoring.events.completed,
          Detail: JSON.stringify({
            window,
            champion,
            status,
            confirmed,
            violations,
            records,
            labelledRows: 0,
            newLabelledRows,
            outcomeUri: `s3://${artifacts}/${Key}`,
          }),
        },
      ],
    }),
  );
  if (violations.length > 0) countMetric(kit, monitoring.metrics.driftViolations, { violations });
  if (faults.length > 0) countMetric(kit, etl.metrics.quarantineRatio, { faults });
  // The heartbeat comes last: it confirms that all earlier steps succeeded.
  countMetric(kit, monitoring.metrics.heartbeat, { window, status });
}
