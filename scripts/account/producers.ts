/** Whatever would go on working, or writing into a bucket, while the stacks are deleted. Found through the stacks' own resources. */
import { CloudTrailClient, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { BatchStopJobRunCommand, GlueClient, paginateGetJobRuns } from '@aws-sdk/client-glue';
import {
  paginateListHyperParameterTuningJobs,
  paginateListProcessingJobs,
  paginateListTrainingJobs,
  SageMakerClient,
  StopHyperParameterTuningJobCommand,
  StopProcessingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { GetScheduleCommand, SchedulerClient, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { paginateListExecutions, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Aws } from '../operate/deployed-kit';
import type { Out } from '../shared/out';
import { pause } from '../operate/pace';
import { POLL_MS, type StackResource } from './stacks';
import { jobOwns } from './sweep/owner';

export interface Stopped {
  kind: string;
  name: string;
}

/** A producer that is gone or has ended already is what was wanted. A refused change is not: the producer goes on. */
const GONE = /not ?found|could not find|does ?not ?exist|rejected because the .*is in status/i;

/**
 * Stops them in the order in which they cause each other: rules and schedules, executions, jobs; then waits for the jobs, which write last.
 * @param kit whose SageMaker jobs are stopped too; undefined where only some of its stacks go, because a job's name does not say which
 * @returns what was stopped
 */
export async function stopProducers(
  aws: Aws,
  kit: string | undefined,
  resources: readonly StackResource[],
  out: Out,
): Promise<Stopped[]> {
  const stopped: Stopped[] = [];
  const named = (type: string) => resources.filter((r) => r.type === type).map(({ physicalId }) => physicalId);
  const attempt = async (kind: string, name: string, stop: () => Promise<unknown>) => {
    try {
      await stop();
      stopped.push({ kind, name });
      out.line(`stopped ${kind} ${name}`);
    } catch (error) {
      if (!GONE.test(`${(error as Error).name} ${(error as Error).message}`)) throw error;
    }
  };

  const events = new EventBridgeClient(aws);
  for (const Name of named('AWS::Events::Rule'))
    await attempt('rule', Name, () => events.send(new DisableRuleCommand({ Name: Name.split('|').at(-1) })));
  const scheduler = new SchedulerClient(aws);
  for (const Name of named('AWS::Scheduler::Schedule'))
    await attempt('schedule', Name, async () => {
      // UpdateSchedule replaces the whole schedule.
      const {
        Name: _n,
        Arn: _a,
        CreationDate: _c,
        LastModificationDate: _l,
        $metadata: _m,
        ...schedule
      } = await scheduler.send(new GetScheduleCommand({ Name }));
      await scheduler.send(
        new UpdateScheduleCommand({
          ...schedule,
          Name,
          ScheduleExpression: schedule.ScheduleExpression,
          Target: schedule.Target,
          FlexibleTimeWindow: schedule.FlexibleTimeWindow,
          State: 'DISABLED',
        }),
      );
    });

  const sfn = new SFNClient(aws);
  for (const stateMachineArn of named('AWS::StepFunctions::StateMachine'))
    for await (const page of paginateListExecutions({ client: sfn }, { stateMachineArn, statusFilter: 'RUNNING' }))
      for (const { executionArn } of page.executions ?? [])
        await attempt('execution', executionArn!, () =>
          sfn.send(new StopExecutionCommand({ executionArn, cause: 'the kit is taken down' })),
        );

  const glue = new GlueClient(aws);
  for (const JobName of named('AWS::Glue::Job'))
    for await (const page of paginateGetJobRuns({ client: glue }, { JobName }))
      for (const { Id, JobRunState } of page.JobRuns ?? [])
        if (/^(STARTING|RUNNING|WAITING)$/.test(JobRunState ?? ''))
          await attempt('Glue job run', Id!, () =>
            glue.send(new BatchStopJobRunCommand({ JobName, JobRunIds: [Id!] })),
          );
  if (kit !== undefined) await stopJobs(new SageMakerClient(aws), kit, attempt, out);

  const trails = new CloudTrailClient(aws);
  // CloudTrail delivers minutes later, into a bucket that was emptied before.
  for (const Name of named('AWS::CloudTrail::Trail'))
    await attempt('trail', Name, () => trails.send(new StopLoggingCommand({ Name })));
  return stopped;
}

type Attempt = (kind: string, name: string, stop: () => Promise<unknown>) => Promise<void>;

/** Jobs go on when the execution that started them is gone. */
async function stopJobs(client: SageMakerClient, kit: string, attempt: Attempt, out: Out): Promise<void> {
  for (let first = true; ; first = false) {
    const running = await runningJobs(client, kit);
    if (running.length === 0) return;
    if (first)
      for (const { kind, name } of running)
        await attempt(`${kind} job`, name, () => {
          if (kind === 'tuning')
            return client.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }));
          if (kind === 'training') return client.send(new StopTrainingJobCommand({ TrainingJobName: name }));
          return client.send(new StopProcessingJobCommand({ ProcessingJobName: name }));
        });
    out.progress(`waiting for ${running.map(({ name }) => name).join(', ')} to stop`);
    await pause(client, POLL_MS);
  }
}

async function runningJobs(
  client: SageMakerClient,
  kit: string,
): Promise<{ kind: 'tuning' | 'training' | 'processing'; name: string }[]> {
  const found: { kind: 'tuning' | 'training' | 'processing'; name: string }[] = [];
  const mine = (name: string | undefined): name is string => name !== undefined && jobOwns(kit, name);
  for (const StatusEquals of ['InProgress', 'Stopping'] as const) {
    // Tuning first: a stopped trial is replaced by the next.
    for await (const page of paginateListHyperParameterTuningJobs({ client }, { StatusEquals, NameContains: kit }))
      for (const { HyperParameterTuningJobName: name } of page.HyperParameterTuningJobSummaries ?? [])
        if (mine(name)) found.push({ kind: 'tuning', name });
    for await (const page of paginateListTrainingJobs({ client }, { StatusEquals, NameContains: kit }))
      for (const { TrainingJobName: name } of page.TrainingJobSummaries ?? [])
        if (mine(name)) found.push({ kind: 'training', name });
    for await (const page of paginateListProcessingJobs({ client }, { StatusEquals, NameContains: kit }))
      for (const { ProcessingJobName: name } of page.ProcessingJobSummaries ?? [])
        if (mine(name)) found.push({ kind: 'processing', name });
  }
  return found;
}
